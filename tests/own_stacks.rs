//! Stacks of a scenario file's own: files and packages of this machine in the place of a stack's, made when a run needs them, and
//! told by hash with what came of it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use common::{copy_lab, offhook, own_ppp, said};
use serde_json::Value;

/// A scenario of any stack that is like bookworm, where it counts rings otherwise than the scenario says.
const RINGS: &str = r#"
scenario "the modem is answered after three rings" {
    stack "bookworm"
    server { port "ttyS0" answer-after=2; }
    call {
        expect-answer rings=3 { on "bookworm" rings=2 reason="it counts otherwise"; }
        hang-up
    }
}
"#;

/// One that names the file's own stack, whose shell is that of a user.
const GREETED: &str = r#"
variable "greeter" "./greeter"
stack "mine" from="bookworm" { replace "/usr/local/bin/greeter" $greeter; }
scenario "it greets" {
    stack "mine"
    server { port "ttyS0"; user "bob" password="secret" shell="/usr/local/bin/greeter"; }
    call { login user="bob" password="secret"; expect-text "good day"; expect-hangup by="server"; }
}
"#;

struct Place {
    here: tempfile::TempDir,
}

impl Place {
    fn new(scenarios: &str) -> Self {
        let here = tempfile::tempdir().unwrap();
        fs::write(here.path().join("own.kdl"), scenarios).unwrap();
        fs::write(here.path().join("greeter"), "#!/bin/sh\necho good day\n").unwrap();
        Self { here }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.here.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = offhook();
        let [file, out, json] = ["own.kdl", "out", "run.json"].map(|name| self.path(name));
        command.arg("run").arg(file).arg("--out").arg(out).arg("--json").arg(json).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What ran in the run before.
    fn fingerprint(&self) -> Value {
        let report: Value = serde_json::from_slice(&fs::read(self.path("run.json")).unwrap()).unwrap();
        report["outcomes"][0]["fingerprint"].clone()
    }
}

#[test]
fn a_file_of_ones_own_is_in_the_stack_that_a_scenario_names_and_its_hash_is_told() {
    let place = Place::new(GREETED);
    let run = place.run(&[]);
    assert!(run.status.success(), "{}", said(&run));
    let first = place.fingerprint();
    assert_eq!((&first["stack"], &first["made"]["from"]), (&"mine".into(), &"bookworm".into()));
    assert_eq!(first["changed"]["files"][0]["change"], "replaced");
    fs::write(place.path("other"), "#!/bin/sh\necho good evening\n").unwrap();
    let run = place.run(&["--set", &format!("greeter={}", place.path("other").display())]);
    assert_eq!(run.status.code(), Some(1), "{}", said(&run));
    let second = place.fingerprint();
    assert_eq!(first["files_sha256"], second["files_sha256"], "the stack that they are from is the same");
    let hash = |print: &Value| print["made"]["sha256"].as_str().unwrap().to_owned();
    assert!(hash(&first).len() == 64 && hash(&first) != hash(&second));
}

#[test]
fn what_is_said_of_the_stack_it_is_from_holds_of_one_that_stack_names() {
    let own = "stack \"mine\" from=\"bookworm\" { replace \"/usr/local/bin/greeter\" \"./greeter\"; }";
    let place = Place::new(&format!("{own}{RINGS}"));
    let run = place.run(&["--stack", "mine"]);
    assert!(run.status.success(), "{}", said(&run));
    assert_eq!(place.fingerprint()["stack"], "mine");
    let both = place.run(&["--compare", "bookworm,mine"]);
    assert!(both.status.success() && said(&both).contains("2 runs"), "{}", said(&both));
    let unknown = place.run(&["--stack", "my"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));
    assert!(said(&unknown).contains("--stack my: no such stack"), "{}", said(&unknown));
}

#[test]
fn a_link_and_a_fifo_are_no_files_for_a_stack() {
    let place = Place::new(GREETED);
    fs::remove_file(place.path("greeter")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", place.path("greeter")).unwrap();
    let run = place.run(&[]);
    assert_eq!(run.status.code(), Some(2), "{}", said(&run));
    assert!(said(&run).contains("greeter cannot be put into a stack: no plain file"), "{}", said(&run));
    fs::remove_file(place.path("greeter")).unwrap();
    assert!(Command::new("mkfifo").arg(place.path("greeter")).status().unwrap().success());
    let run = place.run(&[]);
    assert_eq!(run.status.code(), Some(2), "{}", said(&run));
    assert!(said(&run).contains("greeter cannot be put into a stack: no plain file"), "{}", said(&run));
}

#[test]
fn a_package_of_ones_own_is_built_into_a_stack_once_for_each_of_its_contents() {
    let own = "stack \"mine\" from=\"bookworm\" { deb \"ppp.deb\"; }";
    let place = Place::new(&format!("{own}{RINGS}"));
    let cache = place.path("cache");
    fs::create_dir(&cache).unwrap();
    let root = copy_lab(&cache);
    own_ppp(place.here.path(), &root, "2.4.9-1+mine");
    let run = || place.command(&["--stack", "mine"]).env("OFFHOOK_CACHE", &cache).output().unwrap();
    let first = run();
    if said(&first).contains("could not be reached") {
        eprintln!("skipped: the archive that packages come from could not be reached");
        return;
    }
    assert!(first.status.success(), "{}", said(&first));
    let print = place.fingerprint();
    assert!(print["packages"].as_array().unwrap().contains(&"ppp 2.4.9-1+mine".into()), "{print}");
    assert_eq!((&print["stack"], &print["made"]["from"]), (&"mine".into(), &"bookworm".into()));
    let built = || {
        let all = fs::read_dir(cache.join("stack")).unwrap().map(|entry| entry.unwrap().file_name());
        all.filter(|name| name.to_string_lossy().starts_with("mine.")).count()
    };
    assert_eq!(built(), 1);
    // Without the archive: it is there.
    let again = place.command(&["--stack", "mine"]).env("OFFHOOK_CACHE", &cache).env("PATH", "").output().unwrap();
    assert!(again.status.success() && built() == 1, "{}", said(&again));
    own_ppp(place.here.path(), &root, "2.4.9-1+other");
    let other = run();
    assert!(other.status.success() && built() == 2, "{}", said(&other));
    assert_ne!(place.fingerprint()["made"], print["made"]);
}
