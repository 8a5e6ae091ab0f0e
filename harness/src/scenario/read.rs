//! The reader: the text of a file to its scenarios, or to everything that is wrong with it.
//!
//! KDL is parsed by the crate `kdl`, then come the passes: words and values, what they build, the order of verbs.

use std::path::Path;
use std::thread;

use kdl::{KdlDiagnostic, KdlDocument, KdlError};

use super::build::build;
use super::problem::{Errors, Fault, FileProblems, Problem};
use super::shape::{items, span};
use super::vocabulary::Place;
use super::{Scenario, Span};
use crate::run::SourceFile;

/// Stack the KDL parser may need for a text, in octets: it calls itself for blocks, comments and escapes, in good
/// text and in bad. Twice and more what was measured at most, without optimization.
fn stack_for(text: &str) -> usize {
    let octets = text.as_bytes();
    let cost = |index: usize| match (octets.get(index), octets.get(index + 1)) {
        (Some(b'{'), _) => 160 << 10,
        (Some(b'/'), Some(b'*' | b'-')) => 64 << 10,
        (Some(b'}' | b'\\'), _) => 16 << 10,
        _ => 0,
    };
    (0..octets.len()).map(cost).sum::<usize>() + (4 << 20)
}

/// More stack than any scenario file needs: room for some 2900 blocks.
const MOST_STACK: usize = 512 << 20;

/// Reads the scenarios of a file. Its path says where an `etc=` that is not absolute begins.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the text; then what is wrong with the files it names. If it is no
/// KDL, that is all that is said.
pub fn read(source: &SourceFile) -> Result<Vec<Scenario>, Errors> {
    let base = source.path.parent().unwrap_or(Path::new(""));
    let mut problems = match with_document(&source.text, |document, problems| read_document(document, base, problems)) {
        Ok(scenarios) => return Ok(scenarios),
        Err(problems) => problems,
    };
    let mut files: Vec<FileProblems> = Vec::new();
    for file in problems.iter_mut().filter_map(|problem| problem.elsewhere.take()) {
        if !files.iter().any(|other| other.path == file.path) {
            files.push(*file);
        }
    }
    files.insert(0, FileProblems { path: source.path.clone(), text: Some(source.text.clone()), problems });
    Err(Errors { files })
}

/// Reads a text that is KDL, by `run`, which says what is wrong with it besides.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the text.
pub(crate) fn with_document<T: Send>(
    text: &str,
    run: impl FnOnce(&KdlDocument, &mut Vec<Problem>) -> T + Send,
) -> Result<T, Vec<Problem>> {
    let stack = stack_for(text);
    if stack > MOST_STACK {
        let message = "there are more blocks than a file can have";
        let problem = Problem::new(Fault::Syntax, message, Span::default(), "this file is too large");
        return Err(vec![problem.help("split it")]);
    }
    // The parser calls itself for each nested block, so a hostile file could exhaust the stack: give it one that is
    // large enough for the worst that the file can do.
    let parse = || {
        let mut problems = Vec::new();
        let read = match KdlDocument::parse(text) {
            Ok(document) => Some(run(&document, &mut problems)),
            Err(error) => {
                syntax(text, &error, &mut problems);
                None
            }
        };
        problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span.offset));
        read.filter(|_| problems.is_empty()).ok_or(problems)
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(stack).spawn_scoped(scope, parse);
        let ended = thread.map(thread::ScopedJoinHandle::join);
        let what = match ended {
            Ok(Ok(result)) => return result,
            Ok(Err(_)) => "the KDL parser gave up on this file".to_owned(),
            Err(error) => format!("this file cannot be read now: no thread for it: {error}"),
        };
        Err(vec![Problem::new(Fault::Syntax, what, Span::default(), "in this file")])
    })
}

fn read_document(document: &KdlDocument, base: &Path, problems: &mut Vec<Problem>) -> Vec<Scenario> {
    let items = items(document, Place::File, None, problems);
    if items.is_empty() && problems.is_empty() {
        let message = "there is no scenario in this file";
        let problem = Problem::new(Fault::NoScenario, message, Span::default(), "nothing from here to the end");
        problems.push(problem.help("a file holds one or more: scenario \"what it shows\" { ... }"));
    }
    build(&items, base, problems)
}

/// What the parser says, in the words of this reader; what follows from an error before is left out.
fn syntax(text: &str, error: &KdlError, problems: &mut Vec<Problem>) {
    // With as many braces closed as opened, a block is only "not closed" because of something inside it.
    let balanced = text.matches('{').count() == text.matches('}').count();
    let block = |said: &str| said.starts_with("No closing") || said.starts_with("Closing");
    let said = |diagnostic: &KdlDiagnostic| diagnostic.message.clone().unwrap_or_default();
    let inside = balanced && error.diagnostics.iter().any(|other| !block(&said(other)));
    let mut covered = None;
    for diagnostic in &error.diagnostics {
        let at = span(diagnostic.span);
        let said = &said(diagnostic);
        let follows = covered.is_some_and(|covered| at.offset <= covered || said == "Expected end of document");
        if follows || inside && block(said) {
            continue;
        }
        // The parser resumes at the next line; before that, one error is enough.
        let rest = text.get(at.offset..).unwrap_or("");
        covered = Some((at.offset + at.len).max(at.offset + rest.find('\n').unwrap_or(rest.len())));
        problems.push(explained(text, at, said, diagnostic.help.clone()));
    }
    if problems.is_empty() {
        problems.push(Problem::new(Fault::Syntax, "this is no KDL", Span::default(), "in this file"));
    }
}

/// One message of the parser.
fn explained(text: &str, at: Span, said: &str, help: Option<String>) -> Problem {
    let problem = |message: &str, at, label: &str| Problem::new(Fault::Syntax, message, at, label);
    let (word, token) = token(text, at);
    match said {
        "No closing '}' for child block" => {
            problem("this block is not closed", at, "opened here").help("a } is missing")
        }
        "Expected end of document" if word.starts_with('}') => {
            problem("this } closes nothing", Span { len: 1, ..token }, "no block is open")
        }
        "Unexpected newline in single-line quoted string" => {
            problem("this text is not closed on its line", at, "no quote at the end").help("a \" is missing")
        }
        _ if matches!(word, "true" | "false" | "null") => {
            problem(&format!("`{word}` is not a value"), token, "a # is missing").help(format!("write #{word}"))
        }
        "Expected property value" => problem(&format!("`{word}` is not name=value"), token, "not a property")
            .help("a blank between one property and the next, texts in quotes: speed=57600 mode=\"data\""),
        _ if word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains('"') => {
            problem(&format!("`{word}` is neither a number nor a text"), token, "no value")
                .help(format!("texts stand in quotes: \"{word}\""))
        }
        _ => {
            let message = format!("this is no KDL: {}", lower(if said.is_empty() { "not understood" } else { said }));
            Problem { help, ..problem(&message, last_line(text, at), "not understood") }
        }
    }
}

/// The word at the end of `at`, up to blanks on both sides.
fn token(text: &str, at: Span) -> (&str, Span) {
    let end = (at.offset + at.len).min(text.len());
    let blank = |c: char| c.is_whitespace() || c == ';';
    let (before, after) = (text.get(..end).unwrap_or(""), text.get(end..).unwrap_or(""));
    let trimmed = before.trim_end_matches(blank);
    // Blanks at the end of the place belong to what was expected after the word.
    let after = if trimmed.len() < before.len() { "" } else { after };
    let start =
        trimmed.rfind(blank).map_or(0, |blank| blank + trimmed[blank..].chars().next().map_or(1, char::len_utf8));
    let end = trimmed.len() + after.find(blank).unwrap_or(after.len());
    let span = Span { offset: start, len: end.saturating_sub(start) };
    (text.get(start..end).unwrap_or(""), span)
}

/// The last line of a place, for places that begin long before what is wrong.
fn last_line(text: &str, at: Span) -> Span {
    let end = (at.offset + at.len).min(text.len());
    let whole = text.get(at.offset..end).unwrap_or("");
    match whole.trim_end().rfind('\n') {
        Some(newline) => {
            let line = whole[newline..].trim_end();
            let start = at.offset + newline + (line.len() - line.trim_start().len());
            Span { offset: start, len: line.trim_start().len() }
        }
        None => at,
    }
}

/// With a small first letter, unless the first word is in capitals.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::super::{Act, Auth, CallerIdRule, ControlLines, Lan, Line, Mode, Phase, Ppp, PppClient, Since, Verb};
    use super::*;

    fn source(text: &str) -> SourceFile {
        SourceFile { path: "a.kdl".into(), text: text.into() }
    }

    #[test]
    fn no_nesting_however_deep_exhausts_the_stack() {
        for unit in ["a{", "{", "}", "{}", "/-", "/-a{", "/*", "\\ ", "a {\"", "(", "\"", "#", "a\\\n"] {
            for count in [500, 2500] {
                assert!(read(&source(&unit.repeat(count))).is_err(), "{unit} x {count}");
            }
        }
    }

    #[test]
    fn no_cut_of_a_good_text_is_read_or_panics() {
        let good =
            "scenario \"ä\" { server { port \"ttyS0\" speed=57600; }; call from=\"5\" { ring 3; expect-answer; }; }";
        assert!(read(&source(good)).is_ok(), "{:?}", read(&source(good)));
        for (end, _) in good.char_indices() {
            assert!(read(&source(&good[..end])).is_err(), "{end}");
        }
    }

    const FULL: &str = r#"
        scenario "all there is" {
            spec "one"; spec "two"
            stack "trixie"
            server {
                port "ttyS1" speed=38400 answer-after=3 mode="data-or-fax" {
                    line rate=14400 delay="1ms" training="2s" { cadence "400ms" "200ms" "400ms" "2s"; }
                    ppp { addresses remote="10.0.0.3"; ipv6 #true; }
                }
                port "ttyS2" type="direct" { line cadence="japan"; }
                ppp {
                    addresses local="10.0.0.1" remote="10.0.0.2"
                    netmask "255.255.255.0"; require-auth "always"; idle "5m"; dns "9.9.9.9" "1.1.1.1"
                    proxy-arp; lock; control-lines "modem"; ipv6 #false; option "debug"; option "mru 296"
                }
                account "alice" password="secret"
                account "" password="" server="here" { address; }
                account "bob" password="x" { address "10.0.0.9" "10.1.0.0/16"; }
                caller-id { deny "none"; allow "555"; }
                lan server="10.0.0.1/24" host="10.0.0.50"
            }
            call from="P" name="O" to="ttyS1" after="1m" {
                expect-answer rings=2 { on "trixie" rings=3 reason="why"; }
                expect-log "mgetty" "x" { on "trixie" "pppd" "y" reason="z"; }
            }
            together {
                call to="ttyS1" { ppp; expect-hangup; }
                call to="ttyS2" { ppp user="a" password="b" ask-dns=#false until="network"; hang-up; }
            }
        }
    "#;

    #[test]
    fn every_word_becomes_what_it_says() {
        let [scenario] = read(&source(FULL)).unwrap().try_into().unwrap();
        let (seconds, millis) = (Duration::from_secs, Duration::from_millis);
        let address = |last| Ipv4Addr::new(10, 0, 0, last);
        assert_eq!((scenario.specs.len(), &*scenario.stacks), (2, &["trixie".to_owned()][..]));
        let [one, two] = &*scenario.server.ports else { panic!("two ports") };
        assert_eq!((one.speed, one.answer_after, one.mode, one.direct), (Some(38_400), 3, Mode::DataOrFax, false));
        let cadence = vec![(millis(400), millis(200)), (millis(400), seconds(2))];
        assert_eq!(one.line, Line { rate: 14_400, delay: millis(1), training: seconds(2), cadence, ..Line::default() });
        let ppp = Ppp { remote: Some(address(3)), ipv6: Some(true), ..Ppp::default() };
        assert_eq!((&one.ppp, &two.ppp), (&Some(ppp), &None));
        assert_eq!((two.speed, two.answer_after, two.mode, two.direct), (None, 1, Mode::Data, true));
        assert_eq!(two.line, Line { cadence: vec![(seconds(1), seconds(2))], ..Line::default() });
        let ppp = Ppp {
            unix_auth: false,
            local: Some(address(1)),
            remote: Some(address(2)),
            netmask: Some(Ipv4Addr::new(255, 255, 255, 0)),
            auth: Some(Auth::Always),
            idle: Some(seconds(300)),
            dns: vec![Ipv4Addr::new(9, 9, 9, 9), Ipv4Addr::new(1, 1, 1, 1)],
            proxy_arp: true,
            lock: true,
            control_lines: Some(ControlLines::Modem),
            ipv6: Some(false),
            extra: vec!["debug".to_owned(), "mru 296".to_owned()],
        };
        assert_eq!(scenario.server.ppp, ppp);
        let accounts: Vec<_> =
            scenario.server.accounts.iter().map(|a| (&*a.user, &*a.server, a.addresses.join(" "))).collect();
        let any = ("alice", "*", "*".to_owned());
        assert_eq!(accounts, [any, ("", "here", String::new()), ("bob", "*", "10.0.0.9 10.1.0.0/16".to_owned())]);
        let rule = |allow, number: &str| CallerIdRule { allow, number: number.to_owned() };
        assert_eq!(scenario.server.caller_id, Some(vec![rule(false, "none"), rule(true, "555")]));
        assert_eq!(
            scenario.server.lan,
            Some(Lan { server: address(1), host: address(50), prefix: 24, forwarding: true, names: vec![] })
        );
    }

    #[test]
    fn verbs_hold_what_they_say_and_deviations_replace_it_on_their_stack() {
        let [scenario] = read(&source(FULL)).unwrap().try_into().unwrap();
        let [Act::Calls(first), Act::Calls(together)] = &*scenario.acts else { panic!("two acts") };
        let [call] = &**first else { panic!("one call") };
        assert_eq!((call.from.as_deref(), call.name.as_deref(), call.after.as_secs()), (Some("P"), Some("O"), 60));
        let verbs = |stack| call.steps.iter().map(move |step| step.on(stack).0.clone()).collect::<Vec<_>>();
        let log = |program: &str, text: &str| Verb::ExpectLog { program: program.to_owned(), text: text.to_owned() };
        assert_eq!(verbs("bookworm"), [Verb::ExpectAnswer { rings: Some(2) }, log("mgetty", "x")]);
        assert_eq!(verbs("trixie"), [Verb::ExpectAnswer { rings: Some(3) }, log("pppd", "y")]);
        assert_eq!(call.steps[0].on("trixie").1, Some("why"));
        let head = &FULL[call.steps[0].span.offset..][..call.steps[0].span.len];
        assert_eq!(head, "expect-answer rings=2");
        let client = PppClient { ask_dns: true, ..PppClient::default() };
        assert_eq!(together[0].steps[0].verb, Verb::Ppp(client));
        let hangup = Verb::ExpectHangup {
            after: None,
            of: Since::LastStep,
            within: Duration::from_secs(1),
            by: None,
            reason: None,
        };
        assert_eq!(together[0].steps[1].verb, hangup);
        let (user, password) = (Some("a".to_owned()), Some("b".to_owned()));
        let client = PppClient { user, password, until: Some(Phase::Network), ..PppClient::default() };
        assert_eq!((&*together[1].to, &together[1].steps[0].verb), ("ttyS2", &Verb::Ppp(client)));
    }
}
