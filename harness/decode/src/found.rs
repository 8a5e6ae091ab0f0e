//! What a reader finds, and where.

use offhook_telephony::trace::Event;

use crate::format::Format;

/// Something found in a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where in the capture it begins: octets before it. On a serial line, to the flags around it.
    pub offset: u64,
    /// What it is.
    pub what: What,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The capture's format, before anything else.
    Format(Format),
    /// Something that happened. Where the format has no times all of them are zero ([`Format::has_times`]).
    Event(Event),
    /// The capture is damaged here: what was expected and what is there, and where reading goes on, if it does.
    Damage(String),
    /// Something to know about the capture itself: what is passed over, or what it does not tell.
    Remark(String),
}

/// Who takes what is found.
pub(crate) type Sink<'a> = dyn FnMut(Found) + 'a;

/// What has a format: octets in, what is found out.
pub(crate) trait Reader {
    /// Takes whole records from the front of `input`, which begins `offset` octets into the capture. Gives how many octets
    /// it is done with; what it leaves comes again, with more behind it, or with `last`, and nothing more comes then.
    fn take(&mut self, input: &[u8], offset: u64, last: bool, sink: &mut Sink<'_>) -> usize;
}

impl Found {
    pub(crate) const fn event(offset: u64, event: Event) -> Self {
        Self { offset, what: What::Event(event) }
    }

    pub(crate) fn damage(offset: u64, text: impl Into<String>) -> Self {
        Self { offset, what: What::Damage(text.into()) }
    }

    pub(crate) fn remark(offset: u64, text: impl Into<String>) -> Self {
        Self { offset, what: What::Remark(text.into()) }
    }
}
