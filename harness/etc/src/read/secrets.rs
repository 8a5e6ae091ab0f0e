//! pap-secrets and chap-secrets as pppd reads them (auth.c, `scan_authfile`).
//!
//! In go octets; out come entries: client, server, secret, addresses, options after `--`. An entry is the words of one
//! line, where lines are joined by backslashes and by quotes that run over them. A [`Secret`] cannot be printed.

use std::net::Ipv4Addr;

use super::words::{Word, words};

/// What stands where the password belongs. It shows itself to nobody but [`Secret::value`]'s callers.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What kind of secret it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// Nothing: with PAP any password fits.
    Empty,
    /// `@/path`: the first word of that file.
    File,
    /// `@login`: the system's own password.
    Login,
    /// Text that looks like the output of crypt(3).
    Crypt,
    /// A password.
    Plain,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} secret", self.kind())
    }
}

impl Secret {
    /// A secret of that text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What it is.
    pub fn kind(&self) -> SecretKind {
        match self.0.as_str() {
            "" => SecretKind::Empty,
            "@login" => SecretKind::Login,
            text if text.starts_with("@/") => SecretKind::File,
            text if looks_crypted(text) => SecretKind::Crypt,
            _ => SecretKind::Plain,
        }
    }

    /// The file it stands in, if it is elsewhere.
    pub fn file(&self) -> Option<String> {
        (self.kind() == SecretKind::File).then(|| self.0[1..].to_owned())
    }

    /// `@name` without a slash: taken for a file's name by people, for a password by pppd.
    pub fn looks_like_relative_file(&self) -> bool {
        self.0.starts_with('@') && self.kind() == SecretKind::Plain && self.0.len() > 1
    }

    /// The password itself: for calls in the lab, never for a report.
    pub fn value(&self) -> &str {
        &self.0
    }
}

/// `$1$...`, `$6$...`; or 13 characters of crypt's alphabet with letters and digits mixed as no word has them.
fn looks_crypted(text: &str) -> bool {
    let alphabet = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '/');
    if let Some(rest) = text.strip_prefix('$') {
        return rest.matches('$').count() >= 2;
    }
    text.len() == 13
        && alphabet(text)
        && text.chars().any(|c| c.is_ascii_digit() || c == '.' || c == '/')
        && text.chars().any(|c| c.is_ascii_uppercase())
        && text.chars().any(|c| c.is_ascii_lowercase())
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Line it begins on, from 1.
    pub line: usize,
    /// Client name; `*`: any.
    pub client: String,
    /// Server name; `*`: any. `None`: the line ends before it.
    pub server: Option<String>,
    /// Whether there is a third word.
    pub has_secret: bool,
    /// The third word, empty if there is none.
    pub secret: Secret,
    /// Address words.
    pub addresses: Vec<String>,
    /// Options behind `--`.
    pub options: Vec<String>,
    /// A quote in it runs to the end of the file.
    pub runaway: bool,
    /// Lines it takes up beyond its first.
    pub further_lines: usize,
    /// A backslash changed a word; which: 0 client, 1 server, 2 secret.
    pub escaped: Option<usize>,
}

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets {
    /// Entries in order.
    pub entries: Vec<Entry>,
}

/// Reads a file of secrets.
pub fn read(octets: &[u8]) -> Secrets {
    let mut entries: Vec<Entry> = Vec::new();
    let mut line: Vec<Word> = Vec::new();
    for word in words(octets) {
        if word.first && !line.is_empty() {
            entries.extend(entry(&line));
            line.clear();
        }
        line.push(word);
    }
    entries.extend(entry(&line));
    Secrets { entries }
}

fn entry(line: &[Word]) -> Option<Entry> {
    let client = line.first()?;
    let text = |index: usize| line.get(index).map(|word| word.text.clone());
    let mut rest: Vec<String> = line.iter().skip(3).map(|word| word.text.clone()).collect();
    let options = match rest.iter().position(|word| word == "--") {
        Some(at) => {
            let mut options = rest.split_off(at);
            options.remove(0);
            options
        }
        None => Vec::new(),
    };
    let last = line.iter().map(|word| word.last_line).max().unwrap_or(client.line);
    Some(Entry {
        line: client.line,
        client: client.text.clone(),
        server: text(1),
        has_secret: line.len() > 2,
        secret: Secret(text(2).unwrap_or_default()),
        addresses: rest,
        options,
        runaway: line.iter().any(|word| word.runaway),
        further_lines: last.saturating_sub(client.line),
        escaped: line.iter().take(3).position(|word| word.escaped),
    })
}

impl Entry {
    /// pppd's rank of an entry for that server: a named client counts 2, a named server 1. `None`: it does not fit.
    pub fn rank(&self, client: Option<&str>, server: &str) -> Option<u8> {
        let any_client = self.client == "*";
        if !any_client && client.is_some_and(|client| client != self.client) {
            return None;
        }
        let named = self.server.as_deref()?;
        if named != "*" && named != server {
            return None;
        }
        self.has_secret.then_some(if any_client { 0 } else { 2 } + u8::from(named != "*"))
    }

    /// Whether some address at all is allowed (auth.c, `some_ip_ok`).
    pub fn some_address(&self) -> bool {
        self.addresses.iter().take_while(|word| !word.starts_with('-')).any(|word| !word.starts_with('!'))
    }

    /// Whether `address` is allowed; `None`: a name decides, which only the machine itself can resolve.
    pub fn allows(&self, address: Ipv4Addr) -> Option<bool> {
        for word in &self.addresses {
            if word == "-" {
                return Some(false);
            }
            let (permit, pattern) = match word.strip_prefix('!') {
                Some(rest) => (false, rest),
                None => (true, word.as_str()),
            };
            if pattern == "*" || matches(pattern, address)? {
                return Some(permit);
            }
        }
        Some(false)
    }

    /// Whether more than one account stands on its line: among its addresses is a word that is none, and enough words
    /// behind it for another account.
    pub fn glued(&self) -> bool {
        let other = self.addresses.iter().position(|word| !may_be_address(word));
        other
            .is_some_and(|at| self.addresses.len() - at >= 3 && self.addresses[at + 1..].iter().any(|word| word == "*"))
    }

    /// Whether its columns are those of somebody who has forgotten one: the password where the server belongs.
    pub fn password_as_server(&self) -> bool {
        let server = self.server.as_deref().is_some_and(|server| !server.is_empty() && server != "*");
        let secret = self.secret.value();
        server && self.has_secret && is_address_word(secret) && (self.addresses.is_empty() || self.some_address())
    }

    /// The one address it names, which pppd gives if the options have none that fits.
    pub fn single(&self) -> Option<Ipv4Addr> {
        self.addresses.iter().find_map(|word| word.parse().ok())
    }
}

/// `a`, `a/len`, `a/len+`; `None` for a name.
fn matches(pattern: &str, address: Ipv4Addr) -> Option<bool> {
    let Some((base, length)) = pattern.split_once('/') else {
        return pattern.parse::<Ipv4Addr>().ok().map(|base| base == address);
    };
    let base: Ipv4Addr = base.parse().ok()?;
    let length: u32 = length.trim_end_matches('+').parse().ok()?;
    let mask = u32::MAX.checked_shl(32_u32.checked_sub(length)?).unwrap_or(0);
    Some(u32::from(base) & mask == u32::from(address) & mask)
}

/// The entry pppd takes for `client` (any if `None`): the first of the highest rank.
pub fn best<'a>(entries: &'a [Entry], client: Option<&str>, server: &str) -> Option<&'a Entry> {
    let mut best: Option<(u8, &Entry)> = None;
    for entry in entries {
        let Some(rank) = entry.rank(client, server) else { continue };
        if best.is_none_or(|(known, _)| rank > known) {
            best = Some((rank, entry));
        }
    }
    best.map(|(_, entry)| entry)
}

/// A line of a file of secrets with nothing in it that may be one; `None` if that cannot be told apart.
pub fn masked(octets: &[u8], line: usize) -> Option<String> {
    let secrets = read(octets);
    let entry = secrets.entries.iter().find(|entry| entry.line == line)?;
    if entry.runaway || entry.further_lines > 0 {
        return None;
    }
    let plain = |word: &str| word.is_empty() || word == "*";
    let quoted = |word: &str| if word.is_empty() { "\"\"".to_owned() } else { word.to_owned() };
    let mut shown = vec![quoted(&entry.client)];
    if let Some(server) = &entry.server {
        // Who forgets a column, or takes one for another, has the password here.
        shown.push(if plain(server) { quoted(server) } else { "***".into() });
    }
    if entry.has_secret {
        shown.push(if entry.secret.kind() == SecretKind::Empty { "\"\"".to_owned() } else { "***".to_owned() });
    }
    // A password with a blank in it spills over into the addresses.
    shown
        .extend(entry.addresses.iter().map(|word| if is_address_word(word) { word.clone() } else { "***".to_owned() }));
    if !entry.options.is_empty() {
        shown.push("-- ...".to_owned());
    }
    Some(shown.join("  "))
}

/// Whether a word among the addresses is meant as one: an address, or a name as hosts have it.
fn may_be_address(word: &str) -> bool {
    let name = word.strip_prefix('!').unwrap_or(word);
    let host = |c: char| c.is_ascii_alphanumeric() || ".-_/+".contains(c);
    is_address_word(word) || !name.is_empty() && name.chars().all(host)
}

/// `*`, `-`, an address or a network, allowed or denied.
pub fn is_address_word(word: &str) -> bool {
    let pattern = word.strip_prefix('!').unwrap_or(word);
    pattern == "*" || pattern == "-" || matches(pattern, Ipv4Addr::UNSPECIFIED).is_some()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entries(text: &str) -> Vec<Entry> {
        read(text.as_bytes()).entries
    }

    #[test]
    fn a_named_client_is_better_than_any_and_the_first_of_equals_is_taken() {
        let all = entries("* * a *\nalice * b *\nalice * c *\n");
        assert_eq!(best(&all, Some("alice"), "dialin").unwrap().line, 2);
        assert_eq!(best(&all, Some("bob"), "dialin").unwrap().line, 1);
        assert_eq!(best(&all, None, "dialin").unwrap().line, 2);
    }

    #[test]
    fn no_address_column_is_no_address() {
        let all = entries("a * x\nb * x -\nc * x !10.0.0.1\nd * x *\ne * x 10.1.0.0/16\n");
        let some: Vec<_> = all.iter().map(Entry::some_address).collect();
        assert_eq!(some, [false, false, false, true, true]);
        assert_eq!(all[4].allows(Ipv4Addr::new(10, 1, 2, 3)), Some(true));
        assert_eq!(all[4].allows(Ipv4Addr::new(10, 2, 2, 3)), Some(false));
        assert_eq!(entries("a * x some.host\n")[0].allows(Ipv4Addr::LOCALHOST), None);
    }

    #[test]
    fn an_entry_for_another_server_does_not_fit() {
        let all = entries("a other x *\nb \"\" x *\nc \"*\" x *\n");
        assert_eq!(all.iter().map(|entry| entry.rank(None, "dialin")).collect::<Vec<_>>(), [None, None, Some(2)]);
    }

    #[test]
    fn what_is_shown_of_a_line_holds_no_secret() {
        let text = "alice * hidden *\nbob hidden *\ncarol * hid den *\ndave * \"hid\"den\" *\nerin * hidden *\n";
        let shown: Vec<_> = (1..=5).map(|line| masked(text.as_bytes(), line)).collect();
        assert!(shown.iter().flatten().all(|line| !line.contains("hid") && !line.contains("den")), "{shown:?}");
        assert_eq!(shown[0].as_deref(), Some("alice  *  ***  *"));
        assert_eq!(shown[3], None);
    }

    #[test]
    fn a_server_that_may_be_a_password_is_not_shown() {
        let shown = masked(b"alice \"correct horse\" * *\n", 1);
        assert_eq!(shown.as_deref(), Some("alice  ***  ***  *"));
    }

    #[test]
    fn accounts_on_one_line_are_recognised() {
        let glued = |text: &str| entries(text)[0].glued();
        assert!(glued("alice * \"correct horse\" *bob * \"battery staple\" *\n"));
        assert!(!glued("alice * x 10.0.0.1 10.0.0.2 client1\n"));
        assert!(!glued("alice * x *\n"));
        assert!(!glued("alice * two words *\n"), "one blank too many");
    }

    #[test]
    fn a_password_in_the_second_column_is_recognised() {
        let wrong = |text: &str| entries(text)[0].password_as_server();
        assert!(wrong("alice \"correct horse\" * *\n") && wrong("bob hidden *\n") && wrong("bob hidden 10.0.0.2\n"));
        // Debian's own example of whom to deny.
        assert!(!wrong("guest hostname \"*\" -\n") && !wrong("dave provider x *\n"));
    }

    #[test]
    fn kinds_of_secrets_are_told_apart() {
        let kind = |text: &str| Secret::new(text).kind();
        assert_eq!(kind(""), SecretKind::Empty);
        assert_eq!(kind("@/etc/ppp/pw"), SecretKind::File);
        assert_eq!(kind("@login"), SecretKind::Login);
        assert_eq!(kind("$6$abc$def"), SecretKind::Crypt);
        assert_eq!(kind("ab3WXyz01Kq.2"), SecretKind::Crypt);
        assert_eq!(kind("correct horse"), SecretKind::Plain);
        assert!(Secret::new("@relative").looks_like_relative_file());
    }
}
