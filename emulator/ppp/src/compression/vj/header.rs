//! The headers of an IP packet with TCP in it (RFC 791 §3.1, RFC 793 §3.1): octets in, fields out and in again.

/// Protocol number of TCP.
pub(super) const TCP: u8 = 6;
/// TCP's flags.
pub(super) const FIN: u8 = 0x01;
pub(super) const SYN: u8 = 0x02;
pub(super) const RST: u8 = 0x04;
pub(super) const PSH: u8 = 0x08;
pub(super) const ACK: u8 = 0x10;
pub(super) const URG: u8 = 0x20;

/// Octets of the longest that there are: either header has its length in words, in four bits.
const LONGEST: usize = 2 * 15 * 4;

/// Both headers, whole and with nothing behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Headers {
    /// Zero after `len`. A place of its own, as every packet has to come here.
    octets: [u8; LONGEST],
    /// Octets of both.
    len: usize,
    /// Octets of the IP header.
    ip: usize,
}

impl Headers {
    /// The headers of a packet; `None` if it has not both of them whole.
    pub(super) fn of(packet: &[u8]) -> Option<Self> {
        let ip = usize::from(packet.first().filter(|first| *first >> 4 == 4)? & 0x0f) * 4;
        let tcp = usize::from(packet.get(ip + 12)? >> 4) * 4;
        let len = ip + tcp;
        let mut octets = [0; LONGEST];
        octets.get_mut(..len)?.copy_from_slice(packet.get(..len)?);
        (ip >= 20 && tcp >= 20).then_some(Self { octets, len, ip })
    }

    pub(super) fn octets(&self) -> &[u8] {
        &self.octets[..self.len]
    }

    /// Octets of both.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Octets of data behind them, as IP's Total Length has it.
    pub(super) fn data_len(&self) -> u16 {
        self.word(2).saturating_sub(self.len() as u16)
    }

    /// Addresses and ports.
    pub(super) fn connection(&self) -> (&[u8], &[u8]) {
        (&self.octets[12..20], &self.octets[self.ip..self.ip + 4])
    }

    /// Whether it is a packet of a connection that has begun and does not end, and no fragment.
    pub(super) fn is_of_a_running_connection(&self) -> bool {
        let is_whole = self.word(6) & 0x3fff == 0;
        self.protocol() == TCP && is_whole && self.flags() & (SYN | FIN | RST | ACK) == ACK
    }

    /// Whether what no change tells of is as in `last`: version, type of service, fragments, time to live, options of both headers,
    /// TCP's length, reserved bits and ECN bits.
    pub(super) fn is_like(&self, last: &Self) -> bool {
        let same = |part: std::ops::Range<usize>| self.octets[part.clone()] == last.octets[part];
        let (ip, len) = (self.ip, self.len);
        let ecn = |headers: &Self| headers.octets[ip + 13] & 0xc0;
        (ip, len) == (last.ip, last.len)
            && same(0..2)
            && same(6..9)
            && same(20..ip)
            && same(ip + 12..ip + 13)
            && ecn(self) == ecn(last)
            && same(ip + 20..len)
    }

    pub(super) fn protocol(&self) -> u8 {
        self.octets[9]
    }

    pub(super) fn set_protocol(&mut self, protocol: u8) {
        self.octets[9] = protocol;
    }

    pub(super) fn total_len(&self) -> u16 {
        self.word(2)
    }

    pub(super) fn id(&self) -> u16 {
        self.word(4)
    }

    pub(super) fn set_id(&mut self, id: u16) {
        self.set_word(4, id);
    }

    pub(super) fn sequence(&self) -> u32 {
        self.long(self.ip + 4)
    }

    pub(super) fn set_sequence(&mut self, sequence: u32) {
        self.set_long(self.ip + 4, sequence);
    }

    pub(super) fn ack(&self) -> u32 {
        self.long(self.ip + 8)
    }

    pub(super) fn set_ack(&mut self, ack: u32) {
        self.set_long(self.ip + 8, ack);
    }

    pub(super) fn flags(&self) -> u8 {
        self.octets[self.ip + 13]
    }

    pub(super) fn set_flag(&mut self, flag: u8, set: bool) {
        let octet = &mut self.octets[self.ip + 13];
        *octet = if set { *octet | flag } else { *octet & !flag };
    }

    pub(super) fn window(&self) -> u16 {
        self.word(self.ip + 14)
    }

    pub(super) fn set_window(&mut self, window: u16) {
        self.set_word(self.ip + 14, window);
    }

    pub(super) fn checksum(&self) -> u16 {
        self.word(self.ip + 16)
    }

    pub(super) fn set_checksum(&mut self, checksum: u16) {
        self.set_word(self.ip + 16, checksum);
    }

    pub(super) fn urgent(&self) -> u16 {
        self.word(self.ip + 18)
    }

    pub(super) fn set_urgent(&mut self, urgent: u16) {
        self.set_word(self.ip + 18, urgent);
    }

    /// Total Length for so many octets of data, and the IP header's checksum.
    pub(super) fn finish(&mut self, total: u16) {
        self.set_word(2, total);
        self.set_word(10, 0);
        let checksum = checksum(&self.octets[..self.ip]);
        self.set_word(10, checksum);
    }

    fn word(&self, at: usize) -> u16 {
        u16::from_be_bytes([self.octets[at], self.octets[at + 1]])
    }

    fn set_word(&mut self, at: usize, word: u16) {
        self.octets[at..at + 2].copy_from_slice(&word.to_be_bytes());
    }

    fn long(&self, at: usize) -> u32 {
        u32::from(self.word(at)) << 16 | u32::from(self.word(at + 2))
    }

    fn set_long(&mut self, at: usize, long: u32) {
        self.octets[at..at + 4].copy_from_slice(&long.to_be_bytes());
    }
}

/// The ones' complement sum of RFC 791 §3.1.
pub(super) fn checksum(octets: &[u8]) -> u16 {
    let sum: u32 = octets.as_chunks::<2>().0.iter().map(|word| u32::from(u16::from_be_bytes(*word))).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) as u16).wrapping_add((folded >> 16) as u16)
}
