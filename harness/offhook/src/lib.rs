//! offhook rings a dial-in server and tells whether it does what its configuration promises.
//!
//! A scriptable virtual modem plays client calls against the real server software, mgetty and pppd with real files, in a
//! kernel of its own, in virtual time: the same octets every time. From a test:
//!
//! ```no_run
//! use offhook::{Call, Lab, Server};
//!
//! #[test]
//! fn the_right_password_gets_in() -> Result<(), offhook::Error> {
//!     let server = Server::from_words(
//!         r#"
//!         port "ttyS0" answer-after=2
//!         ppp { addresses local="10.0.0.1" remote="10.0.0.2"; require-auth "pap"; }
//!         account "alice" password="secret"
//!         "#,
//!     );
//!     let call = Call::new().expect_answer(2).ppp("alice", "secret").expect_address("10.0.0.2", "10.0.0.1").hang_up();
//!     Lab::open()?.call(&server, [call])?.assert_passed();
//!     Ok(())
//! }
//! ```
//!
//! A [`Lab`] is found in the cache directory, or built there. A [`Server`] comes from the words of the scenario language, or
//! from a directory with its `/etc`; a [`Call`] is made step by step, and the verbs are those of the language, too. Whole
//! [`Scenario`]s are read from text and files. An [`Outcome`] has the verdict, the facts of every call, the trace of all that
//! happened, and the directory with the evidence. The language, with its verbs and words, is described in the repository's
//! `scenarios/README.md`.
//!
//! With the feature `audit`, a [`Lab`] audits a server's `/etc`; with the feature `cli`, which is on by default, the crate is
//! the `offhook` command as well.

#[cfg(feature = "audit")]
#[doc(hidden)]
pub mod audit_calls;
mod call;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod comparison;
#[cfg(feature = "audit")]
#[doc(hidden)]
pub mod differential;
mod error;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod explore;
mod lab;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod mutants;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod newly;
mod outcome;
#[cfg(feature = "cli")]
mod reasons;
#[doc(hidden)]
pub mod runner;
mod scenario;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod selection;
mod server;
#[doc(hidden)]
pub mod snapshots;
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the command line asks more of them"))]
mod stacks;
mod words;

pub use call::Call;
pub use error::{Error, ErrorKind};
pub use lab::Lab;
pub use outcome::{Outcome, Outcomes};
pub use scenario::Scenario;
pub use server::Server;

#[cfg(feature = "audit")]
pub use offhook_audit::{Audit, Finding, PortReport, Severity, Statement, Topic};
pub use offhook_scenario::{AuthProtocol, AuthResult};
pub use offhook_session::{AuthSummary, CallSummary, StepOutcome, StepResult, Verdict};
/// What happened, event by event.
pub use offhook_telephony::trace;
