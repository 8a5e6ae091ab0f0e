//! What MS-CHAP computes: passwords, names and challenges in, hashes and answers out (RFC 2433 appendix A, RFC 2759 §8).
//!
//! A password is Unicode, and so is hashed as UTF-16, little-endian. A name is octets; what stands before its last backslash is
//! a domain and is not hashed (RFC 2759 §8.2).

use des::Des;
use des::cipher::{Array, BlockCipherEncrypt, KeyInit};
use md4::Md4;
use sha1::{Digest, Sha1};

/// What the LAN Manager hash encrypts with the password as a key (RFC 2433 §A.3).
const LAN_MANAGER_TEXT: [u8; 8] = *b"KGS!@#$%";
/// Constants of the authenticator's answer (RFC 2759 §8.7).
const MAGIC: [&[u8]; 2] = [b"Magic server to client signing constant", b"Pad to make it do more than one iteration"];

/// `NtPasswordHash` (RFC 2433 §A.6, RFC 2759 §8.3): MD4 of the password.
pub fn nt_password_hash(password: &str) -> [u8; 16] {
    let unicode: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    Md4::digest(unicode).into()
}

/// `HashNtPasswordHash` (RFC 2759 §8.4): MD4 of the hash.
pub fn hash_of_hash(hash: &[u8; 16]) -> [u8; 16] {
    Md4::digest(hash).into()
}

/// `LmPasswordHash` (RFC 2433 §A.2): of 14 octets of the password in upper case, what is not ASCII as it came.
pub fn lm_password_hash(password: &str) -> [u8; 16] {
    let mut key = [0; 14];
    for (slot, octet) in key.iter_mut().zip(password.bytes()) {
        *slot = octet.to_ascii_uppercase();
    }
    let mut hash = [0; 16];
    for (half, key) in hash.as_chunks_mut().0.iter_mut().zip(key.as_chunks().0) {
        *half = encrypt(&LAN_MANAGER_TEXT, key);
    }
    hash
}

/// `ChallengeHash` (RFC 2759 §8.2): what stands for both challenges and the name in MS-CHAPv2.
pub fn challenge_hash(peer: &[u8; 16], authenticator: &[u8; 16], name: &[u8]) -> [u8; 8] {
    let digest = Sha1::new().chain_update(peer).chain_update(authenticator).chain_update(user(name)).finalize();
    std::array::from_fn(|at| digest[at])
}

/// `ChallengeResponse` (RFC 2433 §A.4, RFC 2759 §8.5): the challenge, encrypted thrice with thirds of the hash.
pub fn challenge_response(challenge: &[u8; 8], hash: &[u8; 16]) -> [u8; 24] {
    let mut keys = [0; 21];
    keys[..16].copy_from_slice(hash);
    let mut response = [0; 24];
    for (third, key) in response.as_chunks_mut().0.iter_mut().zip(keys.as_chunks().0) {
        *third = encrypt(challenge, key);
    }
    response
}

/// `GenerateNTResponse` (RFC 2759 §8.1).
pub fn nt_response(authenticator: &[u8; 16], peer: &[u8; 16], name: &[u8], password: &str) -> [u8; 24] {
    challenge_response(&challenge_hash(peer, authenticator, name), &nt_password_hash(password))
}

/// `GenerateAuthenticatorResponse` (RFC 2759 §8.7): by what the authenticator shows that it knows the password as well.
pub fn authenticator_response(
    password: &str,
    nt_response: &[u8; 24],
    peer: &[u8; 16],
    authenticator: &[u8; 16],
    name: &[u8],
) -> [u8; 20] {
    let hash = hash_of_hash(&nt_password_hash(password));
    let digest = Sha1::new().chain_update(hash).chain_update(nt_response).chain_update(MAGIC[0]).finalize();
    let challenge = challenge_hash(peer, authenticator, name);
    Sha1::new().chain_update(digest).chain_update(challenge).chain_update(MAGIC[1]).finalize().into()
}

/// A name without the domain before it.
fn user(name: &[u8]) -> &[u8] {
    name.rsplit(|octet| *octet == b'\\').next().unwrap_or(name)
}

/// `DesEncrypt` (RFC 2433 §A.5): under a key of 56 bits.
fn encrypt(clear: &[u8; 8], key: &[u8; 7]) -> [u8; 8] {
    let bits = key.iter().fold(0_u64, |bits, octet| bits << 8 | u64::from(*octet));
    // Seven bits of the key in each octet; the eighth is parity, which DES does not use.
    let key: [u8; 8] = std::array::from_fn(|at| ((bits >> (49 - 7 * at)) as u8 & 0x7f) << 1);
    let mut block = Array(*clear);
    Des::new(&Array(key)).encrypt_block(&mut block);
    block.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::digits;

    // RFC 2759 §9.2.
    const AUTHENTICATOR: [u8; 16] = *b"[]|}{?/><,`!2&&(";
    const PEER: [u8; 16] = *b"!@#$%^&*()_+:3|~";

    #[test]
    fn ms_chap_v2_has_the_values_of_rfc_2759_section_9_2() {
        let hash = nt_password_hash("clientPass");
        assert_eq!(digits(&challenge_hash(&PEER, &AUTHENTICATOR, b"User")), "d02e4386bce91226");
        assert_eq!(digits(&hash), "44ebba8d5312b8d611474411f56989ae");
        assert_eq!(digits(&hash_of_hash(&hash)), "41c00c584bd2d91c4017a2a12fa59f3f");
        let response = nt_response(&AUTHENTICATOR, &PEER, b"User", "clientPass");
        assert_eq!(digits(&response), "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df");
        let answer = authenticator_response("clientPass", &response, &PEER, &AUTHENTICATOR, b"User");
        assert_eq!(digits(&answer), "407a5589115fd0d6209f510fe9c04566932cda56");
    }

    #[test]
    fn ms_chap_has_the_values_of_rfc_2433_appendix_b_2() {
        let challenge = [0x10, 0x2d, 0xb5, 0xdf, 0x08, 0x5d, 0x30, 0x41];
        let hash = nt_password_hash("MyPw");
        assert_eq!(digits(&hash), "fc156af7edcd6c0edde3337d427f4eac");
        let response = challenge_response(&challenge, &hash);
        assert_eq!(digits(&response), "4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61");
    }

    #[test]
    fn a_lan_manager_hash_knows_no_case_and_fourteen_octets() {
        // [MS-NLMP] §4.2.2.1.2 has that of "Password"; each half of no password is the same.
        assert_eq!(digits(&lm_password_hash("")), "aad3b435b51404eeaad3b435b51404ee");
        assert_eq!(digits(&lm_password_hash("password")), "e52cac67419a9a224a3b108f3fa6cb6d");
        assert_eq!(lm_password_hash("PassWord"), lm_password_hash("password"));
        assert_eq!(lm_password_hash("fourteen octets"), lm_password_hash("fourteen octet and more"));
    }

    #[test]
    fn a_domain_before_the_name_is_not_hashed_and_a_password_is_unicode() {
        let hash = |name: &[u8]| challenge_hash(&PEER, &AUTHENTICATOR, name);
        assert_eq!(hash(b"DOMAIN\\User"), hash(b"User"));
        assert_ne!(hash(b"DOMAIN/User"), hash(b"User"));
        assert_ne!(nt_password_hash("\u{fc}"), nt_password_hash("u"));
    }
}
