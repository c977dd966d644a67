//! What a connection that speaks SAML 2.0 needs to know.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::error::Error;

/// A SAML set-up. The IdP's side comes from its metadata; the rest an administrator chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, as administrators and metadata have them"
)]
pub(crate) struct Saml {
    /// The IdP's metadata as it was given or fetched last; empty until then.
    pub(crate) metadata_xml: String,
    /// Where the IdP's metadata is fetched from; empty where it is given by hand.
    pub(crate) metadata_url: String,
    /// When the metadata was last fetched without a fault.
    pub(crate) metadata_fetched: Option<Timestamp>,
    /// Why the last fetch failed, in a sentence; the metadata from before stays.
    pub(crate) metadata_problem: Option<String>,
    /// When it is to be fetched again; kept beside the settings, where all nodes look for it.
    #[serde(skip)]
    pub(crate) metadata_due: Option<Timestamp>,
    /// The IdP's entityID; empty until there is metadata.
    pub(crate) entity_id: String,
    /// Where the IdP takes requests (HTTP-Redirect).
    pub(crate) sso_url: String,
    /// Where the IdP takes logout requests (HTTP-Redirect); empty where it takes none.
    pub(crate) slo_url: String,
    /// Where the IdP takes answers to its logout requests (HTTP-Redirect); empty where that is the same place.
    pub(crate) slo_response_url: String,
    /// The IdP's signing certificates: DER in base64.
    pub(crate) certificates: Vec<String>,
    /// Whether our requests are signed, even where the IdP does not ask for that.
    pub(crate) sign_requests: bool,
    /// Whether the IdP wants our requests signed.
    pub(crate) idp_wants_signed: bool,
    /// Whether the IdP is to ask for credentials even of somebody who is signed in there.
    pub(crate) force_authn: bool,
    /// Whether a response to no request of ours may sign somebody in.
    pub(crate) idp_initiated: bool,
    /// Which kind of NameID is asked for; empty for no wish.
    pub(crate) nameid_format: String,
    /// By how much the IdP's clock may differ from ours, in seconds.
    pub(crate) skew_seconds: i64,
}

impl Default for Saml {
    fn default() -> Self {
        Self {
            metadata_xml: String::new(),
            metadata_url: String::new(),
            metadata_fetched: None,
            metadata_problem: None,
            metadata_due: None,
            entity_id: String::new(),
            sso_url: String::new(),
            slo_url: String::new(),
            slo_response_url: String::new(),
            certificates: Vec::new(),
            sign_requests: false,
            idp_wants_signed: false,
            force_authn: false,
            idp_initiated: false,
            nameid_format: String::new(),
            skew_seconds: 60,
        }
    }
}

impl Saml {
    /// Whether our requests are signed: an administrator or the IdP wants it.
    pub(crate) fn signs_requests(&self) -> bool {
        self.sign_requests || self.idp_wants_signed
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.entity_id.is_empty() && !self.sso_url.is_empty() && !self.certificates.is_empty()
    }

    /// Whether these are the same settings, learnt from another copy of the metadata or at another time.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        let copy = Self {
            metadata_xml: other.metadata_xml.clone(),
            metadata_fetched: other.metadata_fetched,
            metadata_due: other.metadata_due,
            ..self.clone()
        };
        copy == *other
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if self.metadata_url.len() > 2048 {
            return Err(Error::Invalid(
                "metadata_url must have at most 2048 bytes".to_owned(),
            ));
        }
        if !(0..=300).contains(&self.skew_seconds) {
            return Err(Error::Invalid(
                "clock_skew must be a number of seconds from 0 to 300".to_owned(),
            ));
        }
        let known = ["unspecified", "emailAddress", "persistent", "transient"];
        let kind = self.nameid_format.rsplit(':').next().unwrap_or_default();
        let is_format =
            self.nameid_format.starts_with("urn:oasis:names:tc:SAML:") && known.contains(&kind);
        if !(self.nameid_format.is_empty() || is_format) {
            return Err(Error::Invalid(
                "nameid_format must be the URN of the format unspecified, emailAddress, persistent or transient"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}
