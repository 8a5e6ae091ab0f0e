//! Every target takes its corpus and some thousand mutations of it, the same ones every time.

#![allow(clippy::panic)]

use offhook_fuzz::{TARGETS, target};

fn holds(name: &str) {
    let Some(target) = target(name) else { panic!("no target {name}") };
    let corpus = (target.corpus)();
    assert!(!corpus.is_empty(), "nothing to start from");
    for input in corpus {
        (target.run)(&input);
    }
    let mut mutator = target.mutator(1);
    for number in 0..target.short {
        let input = mutator.next_input();
        if target.breaks_on(&input) {
            let input = target.shrunk(input);
            let shown = &input[..input.len().min(200)];
            panic!("mutation {number} breaks a promise; shrunk to {} octets: {shown:02x?}", input.len());
        }
    }
}

macro_rules! targets {
    ($($test:ident: $name:literal,)*) => {
        $(#[test] fn $test() { holds($name); })*

        #[test]
        fn no_target_is_left_out() {
            let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

targets! {
    frames_of_a_line: "hdlc",
    a_ppp_link: "link",
    an_end_that_answers: "answerer",
    a_telnet_client: "telnet",
    a_modem: "modem",
    an_exchange: "exchange",
    scenario_files: "kdl",
    option_files: "options",
    inittab_and_units: "init",
    a_package_s_files: "archive",
    a_capture: "capture",
    captures_of_every_format: "decode",
    ppp_packets: "packets",
    tcp_ip_headers: "vj",
    deflated_packets: "deflate",
    bsd_compressed_packets: "bsd",
    encrypted_packets: "mppe",
}
