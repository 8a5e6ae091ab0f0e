//! What CCP agreed on at work, one object a direction: packets in, Information fields of protocol 0x00fd out, and back.

use crate::ccp::Method;
use crate::compression::{Datagram, DecompressError, bsd, deflate};
use crate::frame::Frame;
use crate::mppe::{Decryptor, Encryptor, MppeError, StartKeys};

/// The sending direction.
#[derive(Debug)]
pub(super) enum Sender {
    Deflate(deflate::Compressor),
    Bsd(bsd::Compressor),
    Mppe(Encryptor),
}

impl Sender {
    /// Begins with an empty history; `None` if there is none by this method, or no key for it.
    pub(super) fn new(method: Method, keys: Option<&StartKeys>) -> Option<Self> {
        match method {
            Method::Deflate { window, .. } => deflate::Compressor::new(window).map(Self::Deflate),
            Method::Bsd { bits } => bsd::Compressor::new(bits).map(Self::Bsd),
            Method::Mppe(_) => Some(Self::Mppe(Encryptor::new(method.mode()?, keys?.send))),
        }
    }

    /// What goes out in place of this packet; `None` if it goes as it is.
    pub(super) fn encode(&mut self, frame: Frame<'_>) -> Option<Vec<u8>> {
        match self {
            Self::Deflate(deflate) => deflate.encode(frame),
            Self::Bsd(bsd) => bsd.encode(frame),
            Self::Mppe(mppe) => mppe.encode(frame),
        }
    }

    /// A Reset-Request came.
    pub(super) fn reset(&mut self) {
        match self {
            Self::Deflate(deflate) => deflate.reset(),
            Self::Bsd(bsd) => bsd.reset(),
            Self::Mppe(mppe) => mppe.reset(),
        }
    }
}

/// Why there is no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The history, or the key, is not the sender's any more: it has to be told.
    Synchronism,
    /// Nothing else is lost: it is waited for what the sender was told to do, or the packet alone cannot be.
    Packet {
        /// It is waited for.
        waiting: bool,
    },
}

impl From<DecompressError> for Lost {
    fn from(error: DecompressError) -> Self {
        if error.wants_reset() { Self::Synchronism } else { Self::Packet { waiting: true } }
    }
}

impl From<MppeError> for Lost {
    fn from(error: MppeError) -> Self {
        match error {
            _ if error.wants_reset() => Self::Synchronism,
            MppeError::Waiting { .. } => Self::Packet { waiting: true },
            _ => Self::Packet { waiting: false },
        }
    }
}

/// The receiving direction.
#[derive(Debug)]
pub(super) enum Receiver {
    Deflate(deflate::Decompressor),
    Bsd(bsd::Decompressor),
    Mppe(Decryptor),
}

impl Receiver {
    /// Likewise, for packets of at most `most` octets.
    pub(super) fn new(method: Method, keys: Option<&StartKeys>, most: u16) -> Option<Self> {
        match method {
            Method::Deflate { window, .. } => deflate::Decompressor::new(window, most).map(Self::Deflate),
            Method::Bsd { bits } => bsd::Decompressor::new(bits, most).map(Self::Bsd),
            Method::Mppe(_) => Some(Self::Mppe(Decryptor::new(method.mode()?, keys?.receive))),
        }
    }

    /// The packet in an Information field of protocol 0x00fd.
    pub(super) fn decode(&mut self, information: &[u8]) -> Result<Datagram, Lost> {
        Ok(match self {
            Self::Deflate(deflate) => deflate.decode(information)?,
            Self::Bsd(bsd) => bsd.decode(information)?,
            Self::Mppe(mppe) => mppe.decode(information)?,
        })
    }

    /// A packet came as it is.
    pub(super) fn incompressible(&mut self, frame: Frame<'_>) -> Result<(), Lost> {
        match self {
            Self::Deflate(deflate) => deflate.incompressible(frame)?,
            Self::Bsd(bsd) => bsd.incompressible(frame),
            Self::Mppe(_) => {}
        }
        Ok(())
    }

    /// A Reset-Ack came. MPPE sees by the packets themselves that the key has changed (RFC 3078 §8.2).
    pub(super) fn reset(&mut self) {
        match self {
            Self::Deflate(deflate) => deflate.reset(),
            Self::Bsd(bsd) => bsd.reset(),
            Self::Mppe(_) => {}
        }
    }
}
