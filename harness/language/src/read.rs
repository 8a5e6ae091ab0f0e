//! The text of a scenario file to its scenarios, or to everything that is wrong with it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::expand::{Expanded, Values, expand};
use super::named::named;
use super::sources::{Gathered, Sources, gather};
use super::vocabulary::Item;
use super::whole::build;
use super::words::SCENARIOS;
use crate::fault;
use offhook_base::SourceFile;
use offhook_base::Span;
use offhook_scenario::{Scenario, Variant};
use offhook_schema::{Errors, FileProblems, Problem, read_document, with_stack};

/// What a file says.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its scenarios, each case of a table by itself.
    pub scenarios: Vec<Scenario>,
    /// The variables it has, with their values.
    pub variables: Values,
    /// The files that it includes, and the directories and files that it names on this machine.
    pub named: BTreeSet<PathBuf>,
}

/// Reads the scenarios of a file. Its path says where paths in it begin that are not absolute.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the text; then what is wrong with the files it names.
pub fn read(source: &SourceFile) -> Result<Vec<Scenario>, Errors> {
    read_with(source, &Values::new()).map(|reading| reading.scenarios)
}

/// The same, with these values of variables in the place of those that they have in the file. What the file does not declare
/// is left out of account.
///
/// # Errors
///
/// As for [`read`].
pub fn read_with(source: &SourceFile, set: &Values) -> Result<Reading, Errors> {
    let gathered = gather(source);
    let sources = gathered.sources.clone();
    let read = with_stack(&sources.texts(), || expanded(gathered, &sources, set));
    let mut problems = match read.unwrap_or_else(|problem| Err(vec![problem])) {
        Ok(reading) => return Ok(reading),
        Err(problems) => problems,
    };
    let mut named: Vec<FileProblems> = Vec::new();
    for file in problems.iter_mut().filter_map(|problem| problem.elsewhere.take()) {
        if !named.iter().any(|other| other.path == file.path) {
            named.push(*file);
        }
    }
    let mut files = sources.split(problems);
    files.append(&mut named);
    Err(Errors { files })
}

fn expanded(gathered: Gathered, sources: &Sources, set: &Values) -> Result<Reading, Vec<Problem>> {
    let Expanded { document, variants, variables } = expand(gathered, set);
    let (scenarios, named) = read_document(document, &SCENARIOS, |items, problems| {
        (scenarios(&items, sources, variants, problems), named(&items, sources))
    })?;
    Ok(Reading { scenarios, variables, named })
}

fn scenarios(items: &[Item], sources: &Sources, variants: Vec<Variant>, problems: &mut Vec<Problem>) -> Vec<Scenario> {
    if items.is_empty() && problems.is_empty() {
        let message = "there is no scenario in this file";
        let problem = Problem::new(fault::NO_SCENARIO, message, Span::default(), "the file ends without one");
        problems.push(problem.help("a file holds one or more: scenario \"what it shows\" { ... }"));
    }
    build(items, sources, variants, problems)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::net::Ipv4Addr;
    use std::time::Duration;

    use offhook_telephony::trace::End;

    use super::*;
    use offhook_scenario::{
        Act, Auth, CallerIdRule, ControlLines, Lan, Line, Mode, Phase, Ppp, PppClient, Since, Verb,
    };

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

    #[test]
    fn tags_are_those_of_all_its_words_each_once() {
        let with = |tags: &str| {
            format!("scenario \"x\" {{ {tags}; server {{ port \"ttyS0\"; }}; call {{ expect-answer; }}; }}")
        };
        let scenarios = read(&source(&with("tag \"slow\" \"v.250\"; tag \"usb\""))).unwrap();
        assert_eq!(scenarios[0].tags, ["slow", "v.250", "usb"]);
        for (tags, part) in [
            ("tag \"a\"; tag \"a\"", "is given twice"),
            ("tag \"a b\"", "cannot be a tag"),
            ("tag", "needs a value"),
            ("snapshot \"a b\"", "cannot be the name of a snapshot"),
        ] {
            let text = read(&source(&with(tags))).unwrap_err().to_string();
            assert!(text.contains(part), "{text}");
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
        let log = |program: &str, text: &str| Verb::ExpectLog {
            program: program.to_owned(),
            text: text.to_owned(),
            of: End::Server,
        };
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
        let client = PppClient { user, password, ask_dns: false, until: Some(Phase::Network), ..PppClient::default() };
        assert_eq!((&*together[1].to, &together[1].steps[0].verb), ("ttyS2", &Verb::Ppp(client)));
    }
}
