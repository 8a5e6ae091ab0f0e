//! Microsoft's CHAP, both versions (RFC 2433, RFC 2759): what stands in the Values and Messages of CHAP packets, and what is
//! computed of passwords and challenges.
//!
//! The packets are those of [`chap`](crate::chap), with Algorithm 0x80 or 0x81. What is Microsoft's:
//!
//! | | |
//! |---|---|
//! | [`response`] | the Value of a Response, 49 octets in either version |
//! | [`message`] | the Message of a Success (`S=...`) and of a Failure (`E=691 R=1 C=... V=3`) |
//! | [`change_password`] | packets of three codes of its own |
//! | [`hash`] | hashes of passwords, answers to challenges, the authenticator's own answer |
//!
//! ```
//! use offhook_ppp::mschap::hash;
//! use offhook_ppp::mschap::response::V2;
//!
//! let challenge = [0x5b; 16];
//! let response = V2::answer(&challenge, [0x21; 16], b"User", "clientPass");
//! let octets = response.emit();
//! assert_eq!(octets.len(), 49);
//! assert!(V2::parse(&octets)?.is_from(&challenge, b"User", "clientPass"));
//! # Ok::<(), offhook_ppp::mschap::response::ResponseError>(())
//! ```

pub mod change_password;
pub mod hash;
pub mod message;
pub mod response;
