//! How long names and passwords may be where something carries or keeps only so many octets: one table.

use super::{Value, Wrong, fault};

/// So many octets, and why not more.
pub(crate) struct Length {
    /// How many octets there may be.
    pub(crate) octets: usize,
    /// What becomes of more, or why there cannot be more.
    pub(crate) why: &'static str,
}

/// A name, and a password where PAP carries it. The name of CHAP goes by the same: pppd looks at 256 octets of it.
pub(crate) const PAP_FIELD: Length =
    Length { octets: 255, why: "PAP carries at most 255: the length of a field is one octet (RFC 1334 §2.2.1)" };

/// A word of pap-secrets or chap-secrets: what pppd's buffer for words (MAXWORDLEN) has room for. That it keeps them whole
/// lets nobody in whose name or password PAP cannot carry.
const SECRETS_WORD: Length =
    Length { octets: 1023, why: "pppd reads 1023 octets of a word in a secrets file, and drops the rest" };

impl Length {
    /// What is wrong with a text that is longer.
    pub(crate) fn exceeded(&self, text: &str, whose: &str) -> Option<Wrong> {
        (text.len() > self.octets).then(|| {
            let message = format!("{whose} must have at most {} octets, not {}", self.octets, text.len());
            Wrong::new(fault::TOO_LONG, message, "too long").help(self.why)
        })
    }

    fn read(&self, text: &str, whose: &str) -> Result<Value, Wrong> {
        self.exceeded(text, whose).map_or_else(|| Ok(Value::Text(text.to_owned())), Err)
    }
}

/// A name that a caller sends.
pub(crate) fn read_sent_name(text: &str, whose: &str) -> Result<Value, Wrong> {
    PAP_FIELD.read(text, whose)
}

/// A name or a password in a secrets file.
pub(crate) fn read_secrets_word(text: &str, whose: &str) -> Result<Value, Wrong> {
    SECRETS_WORD.read(text, whose)
}
