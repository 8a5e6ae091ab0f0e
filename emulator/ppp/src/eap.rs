//! Codes of the Extensible Authentication Protocol (RFC 3748 §4). Its packets have the shape of control packets; what is in a
//! Request or a Response is its methods' business, and a Success or a Failure has no data.

use crate::open_enum::open_enum;

open_enum! {
    /// The Code field of an EAP packet (RFC 3748 §4).
    pub enum Code {
        /// 1, RFC 3748 §4.1.
        Request = 1,
        /// 2, RFC 3748 §4.1.
        Response = 2,
        /// 3, RFC 3748 §4.2.
        Success = 3,
        /// 4, RFC 3748 §4.2.
        Failure = 4,
    }
}
