//! offhook rings a dial-in server and tells whether it does what its configuration promises.
//!
//! Text enters on one side and evidence leaves on the other:
//!
//! - [`scenario`]: scenario text to a checked [`scenario::Scenario`], with every place kept for messages.
//! - [`personality`]: how makes of modem differ, read from files; those that ship.
//! - [`lab`]: the kernel and the server stacks, built once and cached.
//! - [`run`]: on the host, schedules one guest a scenario; its [`run::Outcome`] is all that reports see.
//! - [`guest`]: process 1 of the guest: mounts, namespaces, the server, the calls, the expectations.
//! - [`server`]: the server's configuration model written to real files, its init, and what is observed of it.
//! - [`evidence`]: captures and transcripts, views of the trace.
//! - [`report`]: an outcome as text for a terminal or as JSON.
//! - [`standalone`]: modems and calls in real time, outside the lab.
//! - [`audit`]: a server's `/etc` read, judged, and called.
//! - [`cli`]: the command line.

pub mod audit;
pub mod cli;
pub mod evidence;
pub mod guest;
pub mod lab;
pub mod personality;
pub mod report;
pub mod run;
pub mod scenario;
pub mod server;
pub mod standalone;
