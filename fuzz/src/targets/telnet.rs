//! RFC 854, RFC 1143 and RFC 2217: what a telnet client says.

use offhook_port::fuzzing::{Answer, telnet};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "telnet",
    about: "a telnet client with COM-PORT-OPTION: the same however it is cut, and no answer longer than the question",
    run,
    corpus: || {
        vec![
            b"\x01\xff\xfb\x2c\xff\xfb\x00\xff\xfd\x00\xff\xfb\x03\xff\xfd\x03hello\r\0\r\n".to_vec(),
            b"\x00\xff\xfa\x2c\x01\x00\x00\x25\x80\xff\xf0\xff\xfa\x2c\x02\x08\xff\xf0\xff\xfa\x2c\x05\x08\xff\xf0"
                .to_vec(),
            b"\x01\xff\xfa\x2c\x00\xff\xf0\xff\xf6\xff\xf3\xff\xff\xff\xfe\x01\xff\xfc\x01".to_vec(),
        ]
    },
    words: &[b"\xff", b"\xff\xff", b"\xff\xfa\x2c", b"\xff\xf0", b"\xff\xf6", b"\xff\xfb", b"\xff\xfd\x01", b"\r\0"],
    short: 6_000,
};

/// The first octet says whether the client called; the rest is what it says.
fn run(input: &[u8]) {
    let Some((first, said)) = input.split_first() else { return };
    let called = first & 1 == 1;
    let whole = telnet(called, &[said]);
    let pieces: Vec<&[u8]> = said.chunks(1).collect();
    assert_eq!(whole, telnet(called, &pieces), "octet by octet");
    let Answer { data, answers, pending, .. } = whole;
    assert!(data.len() <= said.len(), "more data than was sent");
    // The offers at the beginning, and an answer to each request: none of them is longer than twenty octets.
    assert!(answers.len() <= 256 + 8 * said.len(), "{} octets of answers to {}", answers.len(), said.len());
    assert!(pending <= said.len(), "more is kept than was sent");
}
