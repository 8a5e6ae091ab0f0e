//! What a DTE does at its port, whatever it is attached by.

/// What the DTE does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortEvent {
    /// It opened the port: circuit 108/2 on.
    Opened,
    /// It sent octets.
    Octets(Vec<u8>),
    /// Nobody has the port open any more: circuit 108/2 off.
    Closed,
    /// It turned DTR (108/2) on or off, and its port stays open: told only where there is such a circuit, as with
    /// [`Self::Circuit105`], and of a pty whose speed is set to 0 (B0 of termios(3)).
    Circuit108(bool),
    /// Circuit 105 (RTS): whether the DTE takes octets. On until said otherwise; told only where there is one: a serial
    /// device, and telnet with RFC 2217.
    Circuit105(bool),
    /// The DTE's speed in bit/s, when it is first known and when it changes.
    Speed(u32),
    /// The DTE sent a break.
    Break,
}
