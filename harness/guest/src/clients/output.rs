//! What a program that calls says: lines of its log, and its network's news.

use std::fs::File;
use std::io::{self, Read};
use std::net::Ipv4Addr;

use offhook_port::Watched;

use offhook_session::facts::Addresses;

/// A pipe read by lines.
#[derive(Debug)]
pub(super) struct Lines {
    pipe: Watched<File>,
    /// The beginning of a line whose end has not come.
    begun: Vec<u8>,
}

impl Lines {
    /// Lines from `pipe`, which must not wait, and have no end.
    pub(super) fn new(pipe: File) -> io::Result<Self> {
        Ok(Self { pipe: Watched::new(pipe)?, begun: Vec::new() })
    }

    /// Waits until there is something to read.
    pub(super) async fn readable(&self) -> io::Result<()> {
        self.pipe.readable().await
    }

    /// The whole lines that have come.
    pub(super) fn fresh(&mut self) -> io::Result<Vec<String>> {
        let mut room = [0; 4096];
        loop {
            match self.pipe.get().read(&mut room) {
                Ok(0) => break,
                Ok(count) => self.begun.extend(&room[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(whole_lines(&mut self.begun))
    }
}

fn whole_lines(octets: &mut Vec<u8>) -> Vec<String> {
    let end = octets.iter().rposition(|octet| *octet == b'\n').map_or(0, |at| at + 1);
    let whole: Vec<u8> = octets.drain(..end).collect();
    let text = String::from_utf8_lossy(&whole);
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// `up ppp0 192.168.32.105 192.168.32.1 9.9.9.9`: interface and addresses.
pub(super) fn news(line: &str) -> Option<(String, Addresses)> {
    let mut words = line.split_whitespace();
    let ("up", interface) = (words.next()?, words.next()?) else { return None };
    let (local, peer) = (words.next()?.parse().ok()?, words.next()?.parse().ok());
    let mut dns: Vec<Ipv4Addr> = words.filter_map(|word| word.parse().ok()).collect();
    // pppd gives its only server twice, as primary and as secondary.
    dns.dedup();
    Some((interface.to_owned(), Addresses { local, peer, dns, wins: Vec::new() }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lines_are_told_when_they_are_whole() {
        let mut octets = b"Serial connection established.\nUsing inter".to_vec();
        assert_eq!(whole_lines(&mut octets), ["Serial connection established."]);
        octets.extend(b"face ppp0\r\n\n");
        assert_eq!(whole_lines(&mut octets), ["Using interface ppp0"]);
        assert!(octets.is_empty());
    }

    #[test]
    fn news_of_a_network_are_its_interface_and_addresses() {
        let (interface, addresses) = news("up ppp0 192.168.32.105 192.168.32.1 9.9.9.9 9.9.9.9").unwrap();
        assert_eq!((interface.as_str(), addresses.dns), ("ppp0", vec![[9; 4].into()]));
        assert_eq!((addresses.local, addresses.peer), ([192, 168, 32, 105].into(), Some([192, 168, 32, 1].into())));
        assert!(news("up ppp0 10.0.0.1 10.0.0.2  ").unwrap().1.dns.is_empty());
        assert_eq!(news("down ppp0"), None);
        assert_eq!(news("up ppp0 x y"), None);
    }
}
