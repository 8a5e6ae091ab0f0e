//! Which calls are planned, and which are told to be left out.

use super::*;
use crate::effective::ports;
use crate::tests::with;
use offhook_scenario::Personality;
use scenario::AFTER_DENIAL;

fn planned(changes: &[(&str, &str)]) -> Vec<Probe> {
    let tree = with(changes);
    let facts = Facts::of(&tree);
    plan(&tree, &facts, &ports(&tree, &facts)[0], &Everything).probes
}

#[test]
fn a_prompt_may_end_in_blanks_as_mgetty_writes_them() {
    let logins = |prompt: &str| {
        let config = format!("login-prompt {prompt}\n");
        let probes = planned(&[("mgetty/mgetty.config", &config)]);
        probes.iter().any(|probe| matches!(probe.aim, Aim::TextLogin(_)))
    };
    assert!(logins("@!login:\\040") && logins("login:") && logins("\\r\\nLogin:\\040"));
    assert!(!logins("who\\040"));
}

#[test]
fn an_adaptive_pppd_lets_one_interval_more_pass() {
    // pppd 2.4.9 and 2.5.2, a caller who falls silent once the network is up: 220 s, and 240 s with the option.
    let after = |more: &str| {
        let options = format!("auth\nlcp-echo-interval 20\nlcp-echo-failure 10\n{more}");
        let tree = with(&[("ppp/options", &options)]);
        ports(&tree, &Facts::of(&tree)).remove(0).ppp.and_then(|ppp| ppp.echo_timeout())
    };
    assert_eq!((after(""), after("lcp-echo-adaptive\n")), (Some(220), Some(240)));
}

#[test]
fn whoever_starts_pppd_at_the_prompt_and_whoever_has_no_account_is_called_for() {
    let login = "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\nppp - - /usr/sbin/pppd noauth\n* - - /bin/login @\n";
    let tree = with(&[("mgetty/login.config", login), ("ppp/pap-secrets", "carol * x *\nbob * y *\n")]);
    let facts = Facts::of(&tree);
    let plan = plan(&tree, &facts, &ports(&tree, &facts)[0], &Everything);
    let of =
        |aim: fn(&Aim) -> bool| plan.probes.iter().find(|probe| aim(&probe.aim)).map(|probe| probe.expected.inside);
    assert_eq!(of(|aim| matches!(aim, Aim::ByPrompt(name, _) if name == "ppp")), Some(Some(true)));
    // There is no Unix user of that name, and any password shows it.
    assert_eq!(of(|aim| matches!(aim, Aim::Account { name, .. } if name == "carol")), Some(Some(false)));
    assert!(plan.left_out.is_empty(), "{:?}", plan.left_out);
}

#[test]
fn every_account_every_rule_and_those_who_should_not_get_in_call_once() {
    let probes = planned(&[]);
    let told: Vec<_> = probes.iter().map(|p| (p.from.as_deref(), p.expected.answered, p.expected.inside)).collect();
    let friend = Some("5550100");
    assert_eq!(
        told,
        [
            (friend, Some(2), Some(true)),
            (friend, Some(2), Some(true)),
            (friend, Some(2), Some(false)),
            // One asks for another address.
            (friend, Some(2), Some(true)),
            (friend, Some(2), Some(false)),
            (friend, Some(2), Some(true)),
            (friend, Some(2), None),
            (Some(STRANGER), None, None),
            (None, None, None),
            // Carrier is lost, and the next call comes at once.
            (friend, Some(2), Some(true)),
            (friend, Some(2), None),
        ]
    );
    assert_eq!(probes[0].expected.address, Some(Ipv4Addr::new(192, 168, 32, 105)));
    assert_eq!((probes[0].stays, probes[1].stays), (Duration::from_secs(330), MOMENT), "one waits for the end");
}

#[test]
fn an_open_server_is_expected_to_be_open() {
    let open = planned(&[("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd noauth\n")]);
    let inside: Vec<_> = open.iter().filter_map(|probe| probe.expected.inside).collect();
    assert_eq!(inside, [true, true, true, true]);
    let any = planned(&[("ppp/pap-secrets", "alice * \"\" *\n")]);
    let bad = any.iter().find(|probe| probe.aim == Aim::BadPassword).map(|probe| probe.expected.inside);
    assert_eq!(bad, Some(Some(true)));
}

#[test]
fn where_nobody_is_answered_only_numbers_are_tried() {
    let probes = planned(&[("mgetty/dialin.config", "!all\n")]);
    assert!(probes.iter().all(|probe| matches!(probe.aim, Aim::CallerId(_)) && probe.expected.answered.is_none()));
    assert_eq!(probes.len(), 2);
}

#[test]
fn a_scenario_has_the_probes_as_acts_and_waits_after_a_denied_call() {
    let tree = with(&[]);
    let facts = Facts::of(&tree);
    let port = &ports(&tree, &facts)[0];
    let probes = plan(&tree, &facts, port, &Everything).probes;
    let scenario = scenario(&tree.etc, port, &probes, "bookworm", &Personality::default());
    assert_eq!(scenario.calls().count(), probes.len());
    let shadow = scenario.server.etc.as_ref().and_then(|etc| etc.text("/etc/shadow")).unwrap_or_default();
    assert!(shadow.contains("bob:$6$rounds=") && shadow.contains("root:*:"), "{shadow}");
    let after: Vec<_> = scenario.calls().map(|call| call.after).collect();
    assert_eq!(after[after.len() - 2..], [AFTER_DENIAL, LISTENING]);
    assert_eq!(scenario.calls().last().map(|call| call.ready), Some(false));
    assert!(!format!("{probes:?}").contains("secret\""));
}

#[test]
fn with_login_the_copy_has_the_account_s_password_as_the_unix_one() {
    let login = ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap login\n");
    let probes = planned(&[login]);
    let unix: Vec<_> = probes
        .iter()
        .filter(|probe| probe.unix && !matches!(probe.aim, Aim::OtherAddress(_) | Aim::Lost | Aim::Again))
        .collect();
    assert_eq!(unix.len(), 2, "bob by PAP and at the prompt: {probes:?}");
    assert_eq!(unix[0].credentials, unix[1].credentials);
    let any = planned(&[login, ("ppp/pap-secrets", "* * \"\" *\n")]);
    assert!(matches!(&any[0].aim, Aim::Account { name, .. } if name == "bob"));
}

/// A lab of a stack of Debian's, for a copy of an `/etc` with no programs.
struct Debian<'a>(&'a Tree);

impl Lab for Debian<'_> {
    fn lacks(&self, program: &str) -> Option<String> {
        let shipped = ["/sbin/mgetty", "/usr/sbin/pppd", "/bin/login"].contains(&program);
        let there = shipped || self.0.etc.file(program).is_some();
        (!there).then(|| format!("the program {program} is not among the files"))
    }

    fn lacks_plugin(&self, word: &str) -> Option<String> {
        (word != "radius.so").then(|| format!("the plugin {word} is not among the files"))
    }
}

#[test]
fn what_is_not_called_is_told() {
    let left_out = |changes: &[(&str, &str)]| {
        let tree = with(changes);
        let facts = Facts::of(&tree);
        let left_out = plan(&tree, &facts, &ports(&tree, &facts)[0], &Debian(&tree)).left_out;
        left_out.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let inittab = |flags: &str| format!("S0:2345:respawn:/sbin/mgetty {flags} ttyS0\n");
    assert!(left_out(&[("inittab", &inittab("-R 60"))])[0].contains("ringback"));
    assert!(left_out(&[("inittab", &inittab("-F"))])[0].contains("only fax"));
    assert!(left_out(&[("inittab", &inittab("-n 1000"))])[0].contains("rings"));
    assert!(left_out(&[("inittab", &inittab("-n 2 -p \"who: \""))])[0].contains("prompt"));
    assert!(left_out(&[("mgetty/mgetty.config", "cnd-program /opt/who\n")])[0].contains("cnd-program"));
    let both = format!("{}S9:2345:respawn:/sbin/getty -L ttyS0 9600\n", inittab("-n 2"));
    assert!(left_out(&[("inittab", &both)])[0].contains("getty serves it as well"));
    assert!(left_out(&[("nologin.ttyS0", "closed\n")])[0].contains("nologin"));
    let many: String = (0..20).map(|n| format!("user{n} * pass{n} *\n")).collect();
    assert_eq!(left_out(&[("ppp/pap-secrets", &many)]), ["8 accounts more: only the first 12 are called for"]);
    let many: String = (0..15).map(|n| format!("555{n:02}\n")).collect();
    assert_eq!(
        left_out(&[("mgetty/dialin.config", &many)]),
        ["3 caller-ID rules more: only the first 12 are called for"]
    );
    assert_eq!(left_out(&[]), [""; 0]);
}

#[test]
fn who_has_to_bring_an_address_brings_one_that_its_account_allows() {
    let options = ("ppp/options", "auth\nnoipv6\n");
    let brought = |secrets: &str| {
        let none = [("ppp/options.ttyS0", "lock\n"), options, ("ppp/pap-secrets", secrets)];
        planned(&none)[0].brings.map(|address| address.to_string())
    };
    assert_eq!(brought("alice * x *\n").as_deref(), Some("192.0.2.105"));
    assert_eq!(brought("alice * x 10.1.2.0/24\n").as_deref(), Some("10.1.2.1"));
    assert_eq!(brought("alice * x 10.1.2.3\n"), None, "pppd gives her the only one she may have");
    assert_eq!(planned(&[])[0].brings, None);
}

#[test]
fn an_empty_password_is_sent_where_an_account_has_none() {
    let empty = planned(&[("ppp/pap-secrets", "alice * \"\" *\n")]);
    let tried: Vec<_> = empty.iter().map(|probe| &probe.aim).collect();
    assert!(tried.contains(&&Aim::EmptyPassword("alice".to_owned())), "{tried:?}");
    assert!(!planned(&[]).iter().any(|probe| matches!(probe.aim, Aim::EmptyPassword(_))));
}

#[test]
fn a_program_that_takes_callers_by_ppp_is_called_like_pppd_if_it_is_there() {
    let login = ("mgetty/login.config", "/AutoPPP/ - - /etc/ppp/dialup\n* - - /bin/login @\n");
    let probes = planned(&[login, ("ppp/dialup", "#!/bin/sh\nexec pppd noauth\n")]);
    let kept_out = |aim: &Aim| probes.iter().any(|probe| probe.aim == *aim && probe.expected.inside == Some(false));
    assert!(kept_out(&Aim::BadPassword) && kept_out(&Aim::Unauthenticated), "{probes:?}");
    let tree = with(&[login]);
    let facts = Facts::of(&tree);
    let left_out = plan(&tree, &facts, &ports(&tree, &facts)[0], &Debian(&tree)).left_out;
    assert_eq!(left_out[0].to_string(), "callers by PPP: the program /etc/ppp/dialup is not among the files");
}

#[test]
fn what_the_lab_lacks_is_not_tried_and_all_else_is() {
    let left_out = |changes: &[(&str, &str)]| {
        let tree = with(changes);
        let facts = Facts::of(&tree);
        let plan = plan(&tree, &facts, &ports(&tree, &facts)[0], &Debian(&tree));
        (plan.left_out.iter().map(ToString::to_string).collect::<Vec<_>>(), plan.probes.len())
    };
    let (told, none) = left_out(&[("inittab", "S0:2345:respawn:/opt/mgetty -n 2 ttyS0\n")]);
    assert_eq!((told[0].as_str(), none), ("the port as a whole: the program /opt/mgetty is not among the files", 0));
    let by_ppp =
        |options: &str| left_out(&[("ppp/options.ttyS0", &format!("192.168.32.1:192.168.32.105\n{options}\n"))]);
    let (told, others) = by_ppp("ip-up-script /opt/up");
    assert_eq!(told, ["callers by PPP: the program /opt/up is not among the files"]);
    assert!(others > 0);
    assert_eq!(by_ppp("plugin dhcpc.so").0, ["callers by PPP: the plugin dhcpc.so is not among the files"]);
    assert_eq!(by_ppp("plugin radius.so").0, [""; 0]);
    let login = "/AutoPPP/ - a_ppp /usr/sbin/pppd auth +pap\n* - - /opt/login @\n";
    let (told, _) = left_out(&[("mgetty/login.config", login)]);
    assert_eq!(told, ["logins at the prompt: the program /opt/login is not among the files"]);
}
