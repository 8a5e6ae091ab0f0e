//! The abstract alphabet: events of RFC 1661 §4.3 as a peer can cause them, actions of §4.4 as a peer can see them, and
//! the packets of PAP and CHAP.
//!
//! Each symbol has one name, which tables, graphs and JSON have alike.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Declares an enum whose values have names; the doc line says what each is.
macro_rules! symbols {
    ($(#[$attribute:meta])* $name:ident { $($(#[doc = $doc:literal])+ $value:ident = $text:literal,)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub enum $name {
            $($(#[doc = $doc])+ $value,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$value),*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$value => $text,)* }
            }

            /// What it is, in words.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$value => concat!($($doc),+).trim_ascii(),)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $name {
            type Err = UnknownSymbol;

            fn from_str(text: &str) -> Result<Self, UnknownSymbol> {
                Self::ALL.iter().copied().find(|symbol| symbol.name() == text).ok_or_else(|| UnknownSymbol(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = UnknownSymbol;

            fn try_from(text: String) -> Result<Self, UnknownSymbol> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(symbol: $name) -> Self {
                symbol.name().into()
            }
        }
    };
}

/// A text that names no symbol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no symbol of the alphabet")]
pub struct UnknownSymbol(String);

symbols! {
    /// What the subject is made to see.
    Input {
        /// Carrier is lost and comes back.
        Carrier = "Down,Up",
        /// Nothing is sent until the subject sends something or its Restart timer has run out.
        Timeout = "TO",
        /// Nothing is sent until the subject has given up.
        Silence = "silence",
        /// An acceptable Configure-Request.
        RequestGood = "RCR+",
        /// A Configure-Request with a value that is to be Nak'ed.
        RequestNak = "RCR-(value)",
        /// A Configure-Request with an unknown option, that is to be rejected.
        RequestReject = "RCR-(option)",
        /// A Configure-Ack of the last Configure-Request.
        Ack = "RCA",
        /// A Configure-Ack with another Identifier.
        AckIdentifier = "RCA(identifier)",
        /// A Configure-Ack with other options.
        AckOptions = "RCA(options)",
        /// A Configure-Nak of the last Configure-Request.
        Nak = "RCN(Nak)",
        /// A Configure-Reject of an option in the last Configure-Request, or a Configure-Nak if nothing in it can be done without.
        Reject = "RCN(Reject)",
        /// A Configure-Nak with another Identifier.
        NakIdentifier = "RCN(identifier)",
        /// A Terminate-Request.
        TerminateRequest = "RTR",
        /// A Terminate-Ack.
        TerminateAck = "RTA",
        /// A packet with a code that nobody knows.
        UnknownCode = "RUC",
        /// A Code-Reject of a code that can be done without.
        CodeReject = "RXJ+(code)",
        /// A Code-Reject of Configure-Request.
        CodeRejectFatal = "RXJ-(code)",
        /// A Protocol-Reject of a protocol that can be done without.
        ProtocolReject = "RXJ+(protocol)",
        /// A Protocol-Reject of the protocol under test.
        ProtocolRejectFatal = "RXJ-(protocol)",
        /// A Protocol-Reject of IPCP, the only network protocol.
        ProtocolRejectNetwork = "RXJ+(network)",
        /// An Echo-Request.
        EchoRequest = "RXR(request)",
        /// An Echo-Reply.
        EchoReply = "RXR(reply)",
        /// A Discard-Request.
        Discard = "RXR(discard)",
        /// An Authenticate-Request with the right password.
        AuthRequest = "Authenticate-Request",
        /// An Authenticate-Request with a wrong password.
        AuthRequestWrong = "Authenticate-Request(wrong)",
        /// An Authenticate-Ack of the last Authenticate-Request.
        AuthAck = "Authenticate-Ack",
        /// An Authenticate-Ack with another Identifier.
        AuthAckIdentifier = "Authenticate-Ack(identifier)",
        /// An Authenticate-Nak of the last Authenticate-Request.
        AuthNak = "Authenticate-Nak",
        /// A Challenge.
        Challenge = "Challenge",
        /// A Response with the right value to the last Challenge.
        Response = "Response",
        /// A Response with a wrong value.
        ResponseWrong = "Response(wrong)",
        /// A Response with another Identifier.
        ResponseIdentifier = "Response(identifier)",
        /// Success for the last Response.
        Success = "Success",
        /// Success with another Identifier.
        SuccessIdentifier = "Success(identifier)",
        /// Failure for the last Response.
        Failure = "Failure",
        /// A Configure-Request of IPCP during authentication.
        NetworkRequest = "IPCP RCR+",
    }
}

symbols! {
    /// What the subject is seen to do.
    Output {
        /// Send-Configure-Request.
        Scr = "scr",
        /// Send-Configure-Ack, with the options of the request.
        Sca = "sca",
        /// A Configure-Ack with another Identifier or other options than the request.
        ScaWrong = "sca(wrong)",
        /// Send-Configure-Nak.
        ScnNak = "scn(Nak)",
        /// Send-Configure-Reject.
        ScnReject = "scn(Reject)",
        /// Send-Terminate-Request.
        Str = "str",
        /// Send-Terminate-Ack.
        Sta = "sta",
        /// Send-Code-Reject.
        Scj = "scj",
        /// A Protocol-Reject.
        Spj = "spj",
        /// Send-Echo-Reply.
        Ser = "ser",
        /// An Echo-Request.
        EchoRequest = "Echo-Request",
        /// This-Layer-Up: the next phase begins.
        Tlu = "tlu",
        /// This-Layer-Finished: the line is dropped, or the layer below is terminated.
        Tlf = "tlf",
        /// The layer below is negotiated again.
        Lower = "lower scr",
        /// An Authenticate-Request.
        AuthRequest = "Authenticate-Request",
        /// An Authenticate-Ack.
        AuthAck = "Authenticate-Ack",
        /// An Authenticate-Nak.
        AuthNak = "Authenticate-Nak",
        /// A Challenge.
        Challenge = "Challenge",
        /// A Response.
        Response = "Response",
        /// Success.
        Success = "Success",
        /// Failure.
        Failure = "Failure",
        /// A packet that has no other name here.
        Other = "other",
    }
}

/// All that came of one input. "Multiple actions may be implemented in any convenient order" (RFC 1661 §4.1, in other
/// words): they are kept sorted, each as often as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outputs(Vec<Output>);

impl Outputs {
    /// These, in any order.
    pub fn new(outputs: impl IntoIterator<Item = Output>) -> Self {
        let mut outputs: Vec<Output> = outputs.into_iter().collect();
        outputs.sort();
        Self(outputs)
    }

    /// Each once.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.0.dedup();
        self
    }

    /// Whether nothing came.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The outputs, sorted.
    pub fn iter(&self) -> impl Iterator<Item = Output> {
        self.0.iter().copied()
    }
}

/// `scr,sca`, as RFC 1661 prints actions; `-` for nothing.
impl fmt::Display for Outputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.pad("-");
        }
        let names: Vec<&str> = self.0.iter().map(|output| output.name()).collect();
        f.pad(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_symbol_has_a_name_of_its_own_which_is_read_again() {
        for input in Input::ALL {
            assert_eq!(input.name().parse(), Ok(*input));
            assert_eq!(serde_json::from_str::<Input>(&serde_json::to_string(input).unwrap()).unwrap(), *input);
        }
        for output in Output::ALL {
            assert_eq!(output.name().parse(), Ok(*output));
        }
        assert_eq!("RCX".parse::<Input>().unwrap_err().to_string(), "\"RCX\" is no symbol of the alphabet");
        assert_eq!(Input::UnknownCode.meaning(), "A packet with a code that nobody knows.");
    }

    #[test]
    fn actions_have_no_order_and_nothing_is_a_dash() {
        let outputs = Outputs::new([Output::Sca, Output::Scr, Output::Scr]);
        assert_eq!(outputs.to_string(), "scr,scr,sca");
        assert_eq!((outputs.once().to_string(), Outputs::default().to_string()), ("scr,sca".into(), "-".into()));
    }
}
