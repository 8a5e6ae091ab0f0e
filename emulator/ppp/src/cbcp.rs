//! Packets of the Callback Control Protocol, Microsoft's: a control packet in, its meaning out, and back.
//!
//! No RFC has it; it is laid out as pppd and Windows have it. The answering end asks (Request), the caller chooses (Response),
//! the answering end repeats the choice (Ack), and the line is dropped.
//!
//! ```text
//!  Request (1), Response (2), Ack (3)    Code Identifier Length | options
//!
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |     Type      |    Length     |  Delay, s     | Address-Type  |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |    Address, ends with an octet 0 ...
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-
//! ```

use crate::open_enum::open_enum;
use crate::options::{RawOption, push};

open_enum! {
    /// The Code field.
    pub enum Code {
        /// 1: these kinds of callback may be had.
        Request = 1,
        /// 2: this one is wanted.
        Response = 2,
        /// 3: this one it is.
        Ack = 3,
    }
}

open_enum! {
    /// The Type field of an option: what kind of callback.
    pub enum Callback {
        /// 1: none.
        None = 1,
        /// 2: to a number that the caller tells.
        User = 2,
        /// 3: to a number that the answering end knows.
        Admin = 3,
        /// 4: to one of a list of numbers.
        List = 4,
    }
}

/// What an option means.
///
/// ```
/// use offhook_ppp::cbcp::{Callback, CallbackOption};
/// use offhook_ppp::options::RawOption;
///
/// let option = CallbackOption::parse(RawOption { kind: 2, data: b"\x05\x015551234\0" });
/// assert_eq!((option.callback, option.delay, option.number()), (Callback::User, Some(5), Some(&b"5551234"[..])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallbackOption<'a> {
    /// What kind of callback.
    pub callback: Callback,
    /// Seconds from the end of this call to the next.
    pub delay: Option<u8>,
    /// 1: a telephone number.
    pub address_type: Option<u8>,
    /// The number, with whatever ends it.
    pub address: &'a [u8],
}

impl<'a> CallbackOption<'a> {
    /// Reads an option.
    pub fn parse(option: RawOption<'a>) -> Self {
        Self {
            callback: option.kind.into(),
            delay: option.data.first().copied(),
            address_type: option.data.get(1).copied(),
            address: option.data.get(2..).unwrap_or_default(),
        }
    }

    /// Appends the option as it goes on the wire; what stands behind something that is not there is left out.
    pub fn emit(&self, octets: &mut Vec<u8>) {
        let mut data = Vec::new();
        if let Some(delay) = self.delay {
            data.push(delay);
            if let Some(address_type) = self.address_type {
                data.push(address_type);
                data.extend_from_slice(self.address);
            }
        }
        push(octets, self.callback.into(), &data);
    }

    /// The address up to the octet 0 that ends it; `None` if there is none.
    pub fn number(&self) -> Option<&'a [u8]> {
        self.address_type?;
        self.address.split(|octet| *octet == 0).next()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_has_as_much_data_as_it_came_with() {
        let parse = |kind, data| CallbackOption::parse(RawOption { kind, data });
        let none = parse(1, &[]);
        assert_eq!((none.callback, none.delay, none.number()), (Callback::None, None, None));
        let admin = parse(3, &[5]);
        assert_eq!((admin.callback, admin.delay, admin.number()), (Callback::Admin, Some(5), None));
        let list = parse(4, b"\x00\x01123\x00456\x00");
        assert_eq!((list.callback, list.number(), list.address.len()), (Callback::List, Some(&b"123"[..]), 8));
        assert_eq!(parse(9, &[]).callback, Callback::Unknown(9));
    }

    proptest! {
        #[test]
        fn any_option_is_read_and_written_again_as_it_was(
            kind in any::<u8>(), data in prop::collection::vec(any::<u8>(), 0..20)
        ) {
            let option = RawOption { kind, data: &data };
            let (mut before, mut after) = (Vec::new(), Vec::new());
            option.emit(&mut before);
            CallbackOption::parse(option).emit(&mut after);
            prop_assert_eq!(before, after);
        }
    }
}
