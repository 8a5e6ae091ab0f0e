//! Echo requests from the LAN's host, and their replies (RFC 792), by the kernel's ping sockets.
//!
//! Such a socket gives and takes ICMP messages without the IP header, does the sums, and hears replies to its own
//! requests only. The call a request is sent for travels in its payload.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, UdpSocket};

use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType, socket};
use offhook_port::Watched;
use tokio::sync::mpsc::UnboundedSender;

use super::Heard;

/// Type of an echo request, and of its reply.
const REQUEST: u8 = 8;
const REPLY: u8 = 0;
/// Type, code, sum, identifier and sequence number.
const HEADER: usize = 8;
/// The call that it belongs to is in every request.
const CALL: usize = 8;

/// The end that asks.
#[derive(Debug)]
pub(crate) struct Sender(UdpSocket);

/// The end that hears.
#[derive(Debug)]
pub(crate) struct Listener(Watched<UdpSocket>);

/// Opens both ends in the namespace this thread is in. Needs a tokio runtime on this thread.
pub(crate) fn open() -> io::Result<(Sender, Listener)> {
    // Nobody may open such sockets unless this says so, not even root.
    fs::write("/proc/sys/net/ipv4/ping_group_range", "0 0\n")?;
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let ping = socket(AddressFamily::Inet, SockType::Datagram, flags, SockProtocol::Icmp)?;
    // The same system calls serve it; ports in addresses mean nothing.
    let ping = UdpSocket::from(ping);
    Ok((Sender(ping.try_clone()?), Listener(Watched::new(ping)?)))
}

impl Sender {
    /// Sends an echo request. One that cannot be sent is one that is not answered.
    pub(crate) fn send(&self, call: usize, to: Ipv4Addr, sequence: u16, size: u16) {
        let _ = self.0.send_to(&request(call, sequence, size), (to, 0));
    }
}

impl Listener {
    /// Tells of every reply until the runtime ends.
    pub(crate) async fn listen(self, tell: UnboundedSender<Heard>) {
        let mut room = [0; 2048];
        loop {
            match self.0.get().recv_from(&mut room) {
                Ok((count, _)) => {
                    if let Some(heard) = reply(&room[..count]) {
                        let _ = tell.send(heard);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.0.readable().await.is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // It would come again at once.
                Err(_) => return,
            }
        }
    }
}

/// An echo request with so many octets of data, 8 at least; the kernel fills in sum and identifier.
fn request(call: usize, sequence: u16, size: u16) -> Vec<u8> {
    let mut octets = vec![0; HEADER + usize::from(size).max(CALL)];
    octets[0] = REQUEST;
    octets[6..HEADER].copy_from_slice(&sequence.to_be_bytes());
    octets[HEADER..HEADER + CALL].copy_from_slice(&(call as u64).to_be_bytes());
    octets
}

/// What an echo reply says.
fn reply(octets: &[u8]) -> Option<Heard> {
    let sequence = u16::from_be_bytes(octets.get(6..HEADER)?.try_into().ok()?);
    let call = u64::from_be_bytes(octets.get(HEADER..HEADER + CALL)?.try_into().ok()?);
    (octets[0] == REPLY).then_some(Heard::Pong { call: usize::try_from(call).ok()?, sequence })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_names_the_call_and_the_sequence_number_of_its_request() {
        let mut octets = request(7, 0x1234, 56);
        assert_eq!(octets.len(), 64);
        assert_eq!(reply(&octets), None);
        octets[0] = REPLY;
        assert_eq!(reply(&octets), Some(Heard::Pong { call: 7, sequence: 0x1234 }));
        assert_eq!(reply(&octets[..15]), None);
        assert_eq!(reply(&[]), None);
    }
}
