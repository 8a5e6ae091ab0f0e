//! Code numbers as enums that lose nothing: known numbers by name, all others in an `Unknown` arm.

/// An enum over the known values of an octet, with `Unknown(u8)` for the rest and conversions both ways.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $value:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// Any other.
            Unknown(u8),
        }

        impl From<u8> for $name {
            fn from(octet: u8) -> Self {
                match octet {
                    $($value => Self::$variant,)+
                    other => Self::Unknown(other),
                }
            }
        }

        impl From<$name> for u8 {
            fn from(code: $name) -> Self {
                match code {
                    $($name::$variant => $value,)+
                    $name::Unknown(other) => other,
                }
            }
        }
    };
}

pub(crate) use open_enum;

#[cfg(test)]
mod tests {
    use crate::{chap, packet, pap};

    #[test]
    fn every_octet_survives_the_way_there_and_back() {
        for octet in 0..=255 {
            assert_eq!(u8::from(packet::Code::from(octet)), octet);
            assert_eq!(u8::from(pap::Code::from(octet)), octet);
            assert_eq!(u8::from(chap::Code::from(octet)), octet);
            assert_eq!(u8::from(chap::Algorithm::from(octet)), octet);
        }
    }
}
