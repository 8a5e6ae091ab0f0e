//! The version that a program has in itself, where no package tells it.
//!
//! In go a program's octets. pppd has the directory of its plugins, `/usr/lib/pppd/2.4.9` (options.c, `PATH_PLUGIN`); mgetty
//! what `mgetty -V` prints, `stable release 1.2.1` or `interim release 1.1.36-Jun15` (mgetty_version); looked up in
//! Debian's bookworm and trixie, the second in logs of older ones. Of login there is nothing of the kind that holds for all releases.

/// Characters of a version.
fn is_version(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b".-+~".contains(&octet)
}

/// The version of that program.
pub(super) fn of(program: &str, octets: &[u8]) -> Option<String> {
    let markers: &[&str] = match program {
        "pppd" => &["/lib/pppd/", "/lib64/pppd/"],
        "mgetty" => &["stable release ", "interim release "],
        _ => return None,
    };
    markers.iter().find_map(|marker| after(marker.as_bytes(), octets))
}

/// The version behind that marker, where one is.
fn after(marker: &[u8], octets: &[u8]) -> Option<String> {
    let starts = octets.windows(marker.len()).enumerate().filter(|(_, window)| *window == marker);
    let version = |(start, _): (usize, &[u8])| {
        let rest = octets.get(start + marker.len()..)?;
        let version: Vec<u8> = rest.iter().copied().take_while(|octet| is_version(*octet)).take(40).collect();
        let version = String::from_utf8(version).ok()?;
        (version.starts_with(|first: char| first.is_ascii_digit()) && version.contains('.')).then_some(version)
    };
    starts.filter_map(version).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_tells_its_version_where_it_always_does() {
        let pppd = b"\0pppd version %s\0/usr/lib/pppd/%s\0/usr/lib/pppd/2.4.9\0";
        assert_eq!(of("pppd", pppd).as_deref(), Some("2.4.9"));
        assert_eq!(of("mgetty", b"\0\x01stable release 1.2.1\0").as_deref(), Some("1.2.1"));
        assert_eq!(of("mgetty", b"interim release 1.1.36-Jun15\0").as_deref(), Some("1.1.36-Jun15"));
        assert_eq!(of("pppd", b"pppd 2.4.9"), None);
        assert_eq!(of("login", b"util-linux 2.41.5"), None);
        assert_eq!(of("pppd", b"/lib/pppd/"), None);
    }
}
