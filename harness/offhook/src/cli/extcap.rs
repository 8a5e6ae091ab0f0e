//! `offhook extcap`: scenarios as an interface that Wireshark captures from (extcap(4)).
//!
//! In: the options by which Wireshark asks for interfaces, link types and settings, and at last to capture into a FIFO. Out: the
//! sentences that it reads, or a run of the chosen scenarios as one capture ([`streamed`](super::streamed)). A link to offhook in
//! Wireshark's directory for such programs is enough: `offhook --extcap-...` is the same.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser};

use super::{Arguments, Command, WRONG_INPUT, complain, run, say};

/// The name of the interface.
const INTERFACE: &str = "offhook";
/// Options of this name are Wireshark's.
const PREFIX: &str = "--extcap-";
/// Highest exit code of a run whose capture is whole: something failed, and the capture shows it.
const WHOLE: u8 = offhook_report::run::FAILED;

#[derive(Debug, Args)]
pub(super) struct Extcap {
    /// List the interfaces
    #[arg(long)]
    extcap_interfaces: bool,

    /// Wireshark's version
    #[arg(long, value_name = "VERSION")]
    extcap_version: Option<String>,

    /// The interface that the other options are about
    #[arg(long, value_name = "NAME")]
    extcap_interface: Option<String>,

    /// List the link types of the interface
    #[arg(long)]
    extcap_dlts: bool,

    /// List the settings of the interface
    #[arg(long)]
    extcap_config: bool,

    /// Capture
    #[arg(long, requires = "fifo")]
    capture: bool,

    /// Where the capture goes
    #[arg(long, value_name = "FILE")]
    fifo: Option<PathBuf>,

    /// Not supported: captures have everything
    #[arg(long, value_name = "FILTER")]
    extcap_capture_filter: Option<String>,

    /// Scenario file, or a directory searched for *.kdl
    #[arg(long, value_name = "PATH")]
    scenarios: Option<PathBuf>,

    /// Only scenarios of this name, or whose name contains it
    #[arg(long, value_name = "TEXT")]
    scenario: Option<String>,

    /// Only on this stack
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,

    /// Seed of everything random
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// The command line, with the command that Wireshark leaves out.
pub(super) fn completed(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let asked = arguments.iter().skip(1).any(|argument| argument.to_string_lossy().starts_with(PREFIX));
    if asked && arguments.get(1).is_none_or(|first| first != "extcap") {
        arguments.insert(1, "extcap".into());
    }
    arguments
}

pub(super) fn main(arguments: &Extcap) -> u8 {
    if arguments.extcap_interfaces {
        say(&format!(
            "extcap {{version={}}}{{display=offhook}}\ninterface {{value={INTERFACE}}}{{display=offhook: run dial-in scenarios}}\n",
            env!("CARGO_PKG_VERSION")
        ));
        return 0;
    }
    if let Some(other) = arguments.extcap_interface.as_deref().filter(|name| *name != INTERFACE) {
        complain(&format!("--extcap-interface {other}: there is only {INTERFACE}\n"));
        return WRONG_INPUT;
    }
    if arguments.extcap_dlts {
        say("dlt {number=252}{name=WIRESHARK_UPPER_PDU}{display=PPP frames, and the events beside them}\n");
        return 0;
    }
    if arguments.extcap_config {
        say(&settings());
        return 0;
    }
    capture(arguments)
}

/// What Wireshark asks its user for.
fn settings() -> String {
    let mut text = String::from(
        "arg {number=0}{call=--scenarios}{display=Scenario file or directory}{type=fileselect}{mustexist=true}{required=true}{tooltip=A file of scenarios, or a directory with such files}\n\
         arg {number=1}{call=--scenario}{display=Only scenarios whose name contains}{type=string}{tooltip=All of them if empty}\n\
         arg {number=2}{call=--stack}{display=Server stack}{type=selector}{tooltip=The release of Debian that the server is made of}\n\
         arg {number=3}{call=--seed}{display=Seed}{type=unsigned}{default=1}{tooltip=The same seed gives the same capture}\n",
    );
    for (number, stack) in offhook_lab::STACKS.iter().enumerate() {
        let default = if number == 0 { "true" } else { "false" };
        text.push_str(&format!("value {{arg=2}}{{value={stack}}}{{display={stack}}}{{default={default}}}\n"));
    }
    text
}

fn capture(arguments: &Extcap) -> u8 {
    let (Some(fifo), Some(scenarios)) = (arguments.fifo.as_ref().filter(|_| arguments.capture), &arguments.scenarios)
    else {
        complain(
            "nothing to capture: Wireshark gives --capture, --fifo and the setting --scenarios\n  \
             choose a scenario file in the options of the interface; by hand `offhook run PATH --capture FILE` does the same\n",
        );
        return WRONG_INPUT;
    };
    let out = match tempfile::tempdir() {
        Ok(out) => out,
        Err(error) => {
            complain(&format!("making a directory for evidence: {}\n", offhook_base::plain(&error)));
            return super::LAB_FAILED;
        }
    };
    let mut words: Vec<OsString> =
        ["offhook", "run", "--quiet", "--color", "never", "--jobs", "1"].map(OsString::from).into();
    words.extend(["--capture".into(), fifo.into(), "--out".into(), out.path().join("out").into()]);
    if let Some(seed) = arguments.seed {
        words.extend(["--seed".into(), seed.to_string().into()]);
    }
    for (option, value) in [("--scenario", &arguments.scenario), ("--stack", &arguments.stack)] {
        if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
            words.extend([option.into(), value.into()]);
        }
    }
    words.extend(["--".into(), scenarios.into()]);
    match Arguments::try_parse_from(words) {
        Ok(Arguments { command: Command::Run(arguments) }) => match run::main(&arguments) {
            0..=WHOLE => 0,
            code => code,
        },
        Ok(_) => WRONG_INPUT,
        Err(error) => {
            complain(&error.render().to_string());
            WRONG_INPUT
        }
    }
}
