//! What an administrator should know of a certificate of an IdP: whose it is and when it ends.
//!
//! An IdP's certificate that is past its end is still used: the key is what is trusted, and metadata is what says so. But
//! an IdP that renews it signs with another key from then on, which is how whole organizations are locked out.

use openssl::asn1::Asn1Time;
use openssl::x509::X509;

use crate::domain::Timestamp;
use crate::saml::xml::shown;

/// The last days of a certificate, of which each stage is told, the longest first.
const STAGES: [i64; 3] = [30, 14, 3];

/// A certificate, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// Its subject, as `CN=idp.example, O=Example`.
    pub(crate) subject: String,
    /// When it ends.
    pub(crate) not_after: Timestamp,
    /// The stage of its last days, 30, 14 or 3; 0 where it has ended; none while there is time.
    pub(crate) warning: Option<i64>,
}

/// Reads a certificate, DER.
pub(crate) fn read(der: &[u8], now: Timestamp) -> Option<Certificate> {
    let certificate = X509::from_der(der).ok()?;
    let subject: Vec<String> = certificate
        .subject_name()
        .entries()
        .map(|entry| {
            let name = entry.object().nid().short_name().unwrap_or("?");
            let value = entry.data().to_string();
            format!("{name}={}", value.unwrap_or_default())
        })
        .collect();
    let not_after = seconds(&certificate)?;
    let left = not_after.0 - now.0;
    let within = |days: &i64| left <= days * 86_400_000;
    let warning = if left <= 0 {
        Some(0)
    } else {
        STAGES.into_iter().rev().find(within)
    };
    Some(Certificate {
        subject: shown(&subject.join(", ")),
        not_after,
        warning,
    })
}

fn seconds(certificate: &X509) -> Option<Timestamp> {
    let epoch = Asn1Time::from_unix(0).ok()?;
    let since = epoch.diff(certificate.not_after()).ok()?;
    Some(Timestamp(0).plus_seconds(i64::from(since.days) * 86_400 + i64::from(since.secs)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::response::tests::signer::IDP_KEY;

    #[test]
    fn a_certificate_says_whose_it_is_and_warns_of_its_end_in_stages() {
        let der = &IDP_KEY.certificate;
        let certificate = X509::from_der(der).unwrap();
        let end = seconds(&certificate).unwrap();
        let same = Asn1Time::from_unix(end.0 / 1000).unwrap();
        assert!(certificate.not_after() == same.as_ref());
        for (days, warning) in [
            (365, None),
            (31, None),
            (30, Some(30)),
            (15, Some(30)),
            (14, Some(14)),
            (4, Some(14)),
            (3, Some(3)),
            (0, Some(0)),
            (-9, Some(0)),
        ] {
            let read = read(der, end.plus_seconds(-days * 86_400)).unwrap();
            assert_eq!(read.subject, "CN=idp.test");
            assert_eq!((read.not_after, read.warning), (end, warning), "{days}");
        }
        assert_eq!(read(b"none", end), None);
    }
}
