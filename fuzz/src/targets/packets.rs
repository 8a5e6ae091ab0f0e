//! RFC 1661 and its kin: an Information field of any protocol, printed, taken apart, and decoded, encoded and decoded again.

use offhook_ppp::cbcp::CallbackOption;
use offhook_ppp::ccp::{CcpOption, Reset};
use offhook_ppp::ecp::EcpOption;
use offhook_ppp::fields::fields;
use offhook_ppp::frame::Frame;
use offhook_ppp::ipcp::IpcpOption;
use offhook_ppp::ipv6cp::Ipv6cpOption;
use offhook_ppp::lcp::{Extension, LcpOption};
use offhook_ppp::lqr::Report;
use offhook_ppp::mschap::change_password::ChangePassword;
use offhook_ppp::mschap::message::{Failure, Success};
use offhook_ppp::mschap::response::{V1, V2};
use offhook_ppp::options::{Options, RawOption};
use offhook_ppp::packet::{self, Packet};
use offhook_ppp::{chap, eap, pap, print};

use crate::{Target, corpus};

pub(super) const TARGET: Target = Target {
    name: "packets",
    about: "a PPP frame of any protocol: one line, fields that cover it once, and every meaning is written as it was read",
    run,
    corpus: || {
        let mut frames = corpus::frames();
        frames.extend([
            b"\xc2\x27\x01\x04\x00\x09\x04\x02\xab\xcds".to_vec(),
            b"\xc2\x27\x02\x05\x00\x07\x03\x04\x1a".to_vec(),
            b"\xc2\x23\x04\x01\x00\x22E=691 R=1 C=00112233 V=3 M=Access".to_vec(),
            [&b"\xc2\x23\x02\x01\x00\x36\x31"[..], &[0; 49]].concat(),
            [&b"\xc2\x23\x07\x01\x02\x4a"[..], &[7; 582]].concat(),
            b"\xc0\x29\x02\x01\x00\x0d\x02\x09\x05\x01555\x00\x00".to_vec(),
            [&b"\xc0\x25"[..], &[1; 48]].concat(),
            b"\x80\x53\x01\x02\x00\x0e\x03\x0a\x01\x02\x03\x04\x05\x06\x07\x08".to_vec(),
            b"\xc0\x21\x0d\x02\x00\x0f\x00\x00\xbe\xef\x00\x00\x01\x2cbye".to_vec(),
        ]);
        frames
    },
    words: &[
        b"\xc0\x21",
        b"\xc0\x25",
        b"\xc0\x29",
        b"\xc2\x23",
        b"\xc2\x27",
        b"\x80\xfd",
        b"\x80\x53",
        b"\x00\x04",
        b"\x12\x06",
        b"E=",
        b"C=",
        b"S=",
        b"M=",
        b"\x1a",
        b"\x31",
    ],
    short: 4_000,
};

fn run(input: &[u8]) {
    let line = print::frame(input);
    assert!(line.bytes().all(|octet| (b' '..=b'~').contains(&octet)), "not one line of text: {line:?}");
    let mut at = 0;
    let fields = fields(input);
    for (index, field) in fields.iter().enumerate() {
        assert_eq!(field.octets.start, at, "{} leaves a gap", field.name);
        if fields.get(index + 1).is_none_or(|next| next.depth <= field.depth) {
            at = field.octets.end;
        }
    }
    assert_eq!(at, input.len(), "octets without a field");
    let Ok(frame) = Frame::parse(input) else { return };
    if let Ok(report) = Report::parse(frame.information) {
        assert!(frame.information.starts_with(&report.emit()), "{report:?}");
    }
    if let Ok(packet) = Packet::new_checked(frame.information) {
        meanings(&packet);
    }
}

/// What a packet means to each protocol, whatever it is of.
fn meanings(packet: &Packet<'_>) {
    let (identifier, octets) = (packet.identifier(), packet.octets());
    if let Ok(repr) = packet::Repr::parse(packet) {
        assert_eq!(repr.emit(identifier), octets);
    }
    if let Ok(repr) = chap::Repr::parse(packet) {
        assert_eq!(repr.emit(identifier), octets);
    }
    if let Ok(repr) = eap::Repr::parse(packet) {
        assert_eq!(repr.emit(identifier), octets);
    }
    if let Ok(Some(change)) = ChangePassword::parse(packet) {
        assert_eq!(change.emit(identifier), octets);
    }
    if let Some(Ok(extension)) = Extension::parse(packet) {
        assert_eq!(extension.emit(identifier), octets);
    }
    if let Some(reset) = Reset::parse(packet) {
        assert_eq!(reset.emit(identifier), octets);
    }
    // PAP lets a length say more than needs be; the meaning stays.
    if let Ok(repr) = pap::Repr::parse(packet) {
        let again = repr.emit(identifier);
        let again = Packet::new_checked(&again).expect("what was emitted is a packet");
        assert_eq!(pap::Repr::parse(&again), Ok(repr));
    }
    let data = packet.data();
    if let (Ok(v1), Ok(v2)) = (V1::parse(data), V2::parse(data)) {
        assert_eq!((v1.emit(), v2.emit()), (data.to_vec(), data.to_vec()));
    }
    let failure = Failure::parse(data);
    assert_eq!(Failure::parse(&failure.emit()), failure);
    if let Some(success) = Success::parse(data) {
        assert_eq!(Success::parse(&success.emit()), Some(success));
    }
    for option in Options::new(data).map_while(Result::ok) {
        option_meanings(option);
    }
}

fn option_meanings(option: RawOption<'_>) {
    let mut before = Vec::new();
    option.emit(&mut before);
    let same = |emit: &dyn Fn(&mut Vec<u8>)| {
        let mut after = Vec::new();
        emit(&mut after);
        assert_eq!(after, before);
    };
    same(&|octets| LcpOption::parse(option).emit(octets));
    same(&|octets| IpcpOption::parse(option).emit(octets));
    same(&|octets| Ipv6cpOption::parse(option).emit(octets));
    same(&|octets| CcpOption::parse(option).emit(octets));
    same(&|octets| EcpOption::parse(option).emit(octets));
    same(&|octets| CallbackOption::parse(option).emit(octets));
}
