//! Exported PDUs (link type 252): tags, then what a dissector is given. Of those that offhook wrote the text is what a
//! reader can still have where the event itself is not beside it.

/// `EXP_PDU_TAG_DISSECTOR_NAME`.
const DISSECTOR: u16 = 12;

/// The dissector's name and what it is given; `None` if the tags do not end.
pub(crate) fn exported(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut rest, mut dissector) = (data, &data[..0]);
    while let [tag_high, tag_low, length_high, length_low, more @ ..] = rest {
        let tag = u16::from_be_bytes([*tag_high, *tag_low]);
        let length = usize::from(u16::from_be_bytes([*length_high, *length_low]));
        let (value, after) = more.split_at_checked(length)?;
        match tag {
            0 => return Some((dissector, after)),
            DISSECTOR => dissector = value.split(|octet| *octet == 0).next().unwrap_or_default(),
            _ => {}
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_passed_over_up_to_their_end() {
        let pdu = b"\0\x0c\0\x08syslog\0\0\0\x21\0\x04AT\0\0\0\0\0\0AT    ATZ";
        assert_eq!(exported(pdu), Some((&b"syslog"[..], &b"AT    ATZ"[..])));
        assert_eq!(exported(&pdu[..20]), None);
        assert_eq!(exported(b"\0\x0c\xff\xff"), None);
        assert_eq!(exported(b""), None);
    }
}
