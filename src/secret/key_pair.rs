//! Key pairs of our own, with the certificate by which others learn the public half.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::{X509Builder, X509NameBuilder};

use crate::domain::Timestamp;

/// Long enough for what is signed and encrypted in the life of a certificate.
const BITS: u32 = 3072;
/// Identity providers trust the key, not the end of its certificate, and an early end locks people out.
const LIFE_SECONDS: i64 = 10 * 365 * 86_400;

/// A key pair.
pub(crate) struct KeyPair {
    /// The private key, PKCS #8 in PEM.
    pub(crate) private: String,
    /// The certificate, DER.
    pub(crate) certificate: Vec<u8>,
    /// When the certificate ends.
    pub(crate) expires: Timestamp,
}

/// A new RSA key with a certificate that it has signed itself. Takes some tenths of a second of one core: call it from a
/// thread that may block.
pub(crate) fn make(name: &str, now: Timestamp) -> anyhow::Result<KeyPair> {
    let pair = PKey::from_rsa(Rsa::generate(BITS)?)?;
    let mut names = X509NameBuilder::new()?;
    names.append_entry_by_text("CN", name)?;
    let names = names.build();
    let mut serial = super::random_bytes::<16>();
    // Positive in DER, and never zero.
    serial[0] = serial[0] & 0x3f | 0x40;
    let begin = now.0.div_euclid(1000);
    let expires = Timestamp(begin * 1000).plus_seconds(LIFE_SECONDS);
    let mut certificate = X509Builder::new()?;
    certificate.set_version(2)?;
    let serial = BigNum::from_slice(&serial)?.to_asn1_integer()?;
    certificate.set_serial_number(&serial)?;
    certificate.set_subject_name(&names)?;
    certificate.set_issuer_name(&names)?;
    certificate.set_pubkey(&pair)?;
    let at = |seconds: i64| Asn1Time::from_unix(seconds);
    certificate.set_not_before(at(begin)?.as_ref())?;
    certificate.set_not_after(at(begin + LIFE_SECONDS)?.as_ref())?;
    certificate.sign(&pair, MessageDigest::sha256())?;
    Ok(KeyPair {
        private: String::from_utf8(pair.private_key_to_pem_pkcs8()?)?,
        certificate: certificate.build().to_der()?,
        expires,
    })
}

#[cfg(test)]
mod tests {
    use openssl::x509::X509;

    use super::*;

    #[test]
    fn a_key_pair_is_rsa_of_3072_bits_with_a_certificate_of_its_own() {
        let now = Timestamp(1_772_357_400_123);
        let made = make("rollright", now).unwrap();
        let private = PKey::private_key_from_pem(made.private.as_bytes()).unwrap();
        let certificate = X509::from_der(&made.certificate).unwrap();
        assert_eq!(private.bits(), 3072);
        assert!(certificate.public_key().unwrap().public_eq(&private));
        assert!(certificate.verify(&private).unwrap());
        let end = Asn1Time::from_unix(made.expires.0 / 1000).unwrap();
        assert!(certificate.not_after() == end.as_ref());
        assert_ne!(
            make("rollright", now).unwrap().certificate,
            made.certificate
        );
    }
}
