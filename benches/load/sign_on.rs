//! What a SAML sign-on costs: the answers of an identity provider, each signed beforehand and brought to the ACS once.
//!
//! It is compared with what nobody can do without: the signature of the same document, verified by the same library,
//! and one small transaction. Three loops take turns in each round, over as many callers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use samael::crypto::{CertificateDer, CryptoProvider as _, ReduceMode, XmlSec};
use serde_json::{Value, json};

use crate::bare::{Bare, Write};
use crate::client::{Http, Requests};
use crate::driver::{Caller, Sample, drive};
use crate::plan::{CONNECTIONS, Place, Plan, Subject};
use crate::report::median;
use crate::workload::{Numbers, People};
use signer::{Key, Method};

#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "it is written for tests, which sign in more ways"
)]
#[path = "../../tests/fixtures/saml/signer.rs"]
mod signer;

/// How many groups an assertion names.
const GROUPS: [usize; 2] = [10, 1_000];
/// How many people sign in, again and again.
const PEOPLE: usize = 100;
/// How many members there are beside them.
const MEMBERS: usize = 1_000;
const OWNER: &[(&str, &str)] = &[
    ("ROLLRIGHT_USERNAME", "owner@example.com"),
    ("ROLLRIGHT_PASSWORD", "only for the load"),
    ("ROLLRIGHT_USER_TOKEN", "only-for-the-load"),
];

/// An identity provider, and the ACS that it answers to.
struct Idp {
    key: Key,
    acs: String,
    groups: usize,
    numbers: Numbers,
}

/// Documents that are brought once each.
type Documents = Arc<Mutex<Vec<String>>>;

fn take(documents: &Documents) -> Option<String> {
    documents
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop()
}

/// Brings documents to the ACS until none is left or the time is up.
struct Browsers(Documents, String);

impl Requests for Browsers {
    fn next(&mut self, over: bool, request: &mut Vec<u8>) -> Option<usize> {
        if over {
            return None;
        }
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLResponse", &STANDARD.encode(take(&self.0)?))
            .finish();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n",
            self.1,
            body.len()
        );
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(body.as_bytes());
        Some(0)
    }
}

/// Verifies one document again and again, and does nothing with it.
struct Verifier(Arc<(String, Vec<u8>)>);

impl Caller for Verifier {
    async fn step(&mut self, over: bool) -> Result<Option<usize>> {
        if over {
            return Ok(None);
        }
        let subject = self.0.clone();
        tokio::task::spawn_blocking(move || {
            let (document, certificate) = &*subject;
            XmlSec::reduce_xml_to_signed_with_allowed_algorithms(
                document,
                &[CertificateDer::from(certificate.clone())],
                ReduceMode::PreDigest,
                None,
            )
        })
        .await??;
        Ok(Some(0))
    }
}

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan, place: &Place) -> Result<()> {
    if plan
        .only
        .as_ref()
        .is_some_and(|only| !"sign on".contains(only.as_str()))
    {
        return Ok(());
    }
    let people = People::in_all(MEMBERS);
    println!(
        "### SAML sign-ons\n\nTimes in ms. *Allowed* is twice the verification and one transaction; *share* is the part of it that a sign-on takes.\n"
    );
    println!(
        "| groups | connections | a second | p50 ms | p99 ms | verification | transaction | allowed | mean | share |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for groups in GROUPS {
        let name = format!("sign_on_{groups}");
        let subject = place
            .subject_set(plan, &name, MEMBERS, people, OWNER)
            .await?;
        let idp = Idp::connected(&subject, groups).await?;
        // Everybody becomes a member first.
        sign_on(&subject, &idp, 1, PEOPLE, Duration::from_mins(1)).await?;
        for connections in CONNECTIONS {
            row(plan, &subject, &idp, connections).await?;
        }
        subject.stop().await?;
    }
    println!();
    Ok(())
}

async fn row(plan: &Plan, subject: &Subject, idp: &Idp, connections: usize) -> Result<()> {
    let (rounds, time) = plan.rounds();
    let alone = Arc::new((idp.response()?, idp.key.certificate.clone()));
    let mut samples: Vec<[Sample; 3]> = Vec::new();
    for _ in 0..rounds {
        let verifiers = (0..connections).map(|_| Verifier(alone.clone())).collect();
        let verified = drive(verifiers, time).await?;
        let writers = (0..connections)
            .map(|_| Bare::new(&subject.bare, Write::Session, idp.numbers.clone()))
            .collect::<Result<Vec<_>>>()?;
        let written = drive(writers, time / 2).await?;
        // As many as could be brought if nothing but the verification took time.
        let ours = sign_on(subject, idp, connections, verified.count(), time).await?;
        samples.push([ours, verified, written]);
    }
    let of = |value: &dyn Fn(&[Sample; 3]) -> f64| median(samples.iter().map(value));
    let allowed = |[_, verified, written]: &[Sample; 3]| verified.mean(0) * 2.0 + written.mean(0);
    println!(
        "| {} | {connections} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
        idp.groups,
        of(&|[ours, ..]| ours.rate(0)),
        of(&|[ours, ..]| ours.quantile(0, 50)) / 1000.0,
        of(&|[ours, ..]| ours.quantile(0, 99)) / 1000.0,
        of(&|[_, verified, _]| verified.mean(0)) / 1000.0,
        of(&|[_, _, written]| written.mean(0)) / 1000.0,
        of(&allowed) / 1000.0,
        of(&|[ours, ..]| ours.mean(0)) / 1000.0,
        of(&|sample| sample[0].mean(0) / allowed(sample)),
    );
    Ok(())
}

/// Signs people on, so many times at most.
async fn sign_on(
    subject: &Subject,
    idp: &Idp,
    connections: usize,
    most: usize,
    time: Duration,
) -> Result<Sample> {
    let documents = (0..most)
        .map(|_| idp.response())
        .collect::<Result<Vec<_>>>()?;
    let documents = Arc::new(Mutex::new(documents));
    let mut browsers = Vec::new();
    for _ in 0..connections {
        let requests = Browsers(documents.clone(), idp.acs_path()?);
        browsers.push(Http::connect(&subject.server.address, requests).await?);
    }
    drive(browsers, time).await
}

impl Idp {
    /// Connects one that may begin sign-ons by itself.
    async fn connected(subject: &Subject, groups: usize) -> Result<Self> {
        let key = signer::rsa();
        let metadata = format!(
            "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://idp.example\">\
             <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
             <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
             <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
             <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
             Location=\"https://idp.example/sso\"/></md:IDPSSODescriptor></md:EntityDescriptor>",
            STANDARD.encode(&key.certificate)
        );
        let settings =
            json!({ "protocol": "saml", "metadata_xml": metadata, "idp_initiated": true });
        let connection: Value = reqwest::Client::new()
            .post(format!("http://{}/api/connections", subject.server.address))
            .header("authorization", "Token only-for-the-load")
            .json(&settings)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let acs = connection["acs_url"]
            .as_str()
            .context("a connection has an ACS")?;
        Ok(Self {
            key,
            acs: acs.to_owned(),
            groups,
            numbers: Numbers::default(),
        })
    }

    fn acs_path(&self) -> Result<String> {
        Ok(url::Url::parse(&self.acs)?.path().to_owned())
    }

    /// A Response, nobody's answer, whose Assertion is signed. It is canonical as it is written.
    fn response(&self) -> Result<String> {
        let number = self.numbers.clone().next().context("numbers do not end")?;
        let (id, person, acs) = (format!("_a{number}"), number % PEOPLE, &self.acs);
        #[expect(
            clippy::disallowed_methods,
            reason = "the identity provider has a clock of its own"
        )]
        let now = jiff::Timestamp::now();
        let until = format!("{:.0}", now + jiff::SignedDuration::from_mins(5));
        let now = format!("{now:.0}");
        let groups = (0..self.groups)
            .map(|at| format!("Group number {at}"))
            .collect::<Vec<_>>()
            .join("</saml:AttributeValue><saml:AttributeValue>");
        let groups = format!("<saml:AttributeValue>{groups}</saml:AttributeValue>");
        let assertion = format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" IssueInstant=\"{now}\" \
             Version=\"2.0\"><saml:Issuer>https://idp.example</saml:Issuer><saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">p{person}\
             </saml:NameID><saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <saml:SubjectConfirmationData NotOnOrAfter=\"{until}\" Recipient=\"{acs}\"></saml:SubjectConfirmationData>\
             </saml:SubjectConfirmation></saml:Subject><saml:Conditions NotOnOrAfter=\"{until}\">\
             <saml:AudienceRestriction><saml:Audience>{acs}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{now}\" SessionIndex=\"_s1\"><saml:AuthnContext>\
             <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>\
             </saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name=\"Email\">\
             <saml:AttributeValue>p{person}@idp.example</saml:AttributeValue></saml:Attribute>\
             <saml:Attribute Name=\"Groups\">{groups}</saml:Attribute></saml:AttributeStatement></saml:Assertion>"
        );
        let assertion = signer::sign(&assertion, &id, &self.key, &Method::default());
        Ok(format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" Destination=\"{acs}\" ID=\"_r{number}\" \
             IssueInstant=\"{now}\" Version=\"2.0\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
             https://idp.example</saml:Issuer><samlp:Status>\
             <samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode></samlp:Status>\
             {assertion}</samlp:Response>"
        ))
    }
}
