//! A call to a server: who calls, and what is done and expected, one step after the other.

use std::fmt::{Display, Write};

use crate::words::Quoted;

/// A call, step by step. Each method adds a verb of the scenario language; [`step`](Self::step) adds any.
///
/// ```
/// use offhook::Call;
///
/// let call = Call::new()
///     .from("5551234")
///     .expect_answer(2)
///     .ppp("alice", "secret")
///     .expect_address("10.0.0.2", "10.0.0.1")
///     .step("ping \"10.0.0.1\" count=3")
///     .hang_up();
/// # drop(call);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    properties: String,
    steps: Vec<String>,
}

impl Call {
    /// A call to the server's only port, from a number that the exchange does not tell.
    pub fn new() -> Self {
        Self::default()
    }

    fn property(mut self, name: &str, value: impl Display) -> Self {
        // Writing to a String does not fail.
        let _ = write!(self.properties, " {name}={value}");
        self
    }

    /// The caller's number as caller ID tells it; `"P"`: withheld, `"O"`: out of area.
    #[must_use]
    pub fn from(self, number: &str) -> Self {
        self.property("from", Quoted(number))
    }

    /// The caller's name as caller ID tells it.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.property("name", Quoted(name))
    }

    /// The port or number that is called.
    #[must_use]
    pub fn to(self, port: &str) -> Self {
        self.property("to", Quoted(port))
    }

    /// The call is placed that long after the one before has ended, `"1m"`.
    #[must_use]
    pub fn after(self, time: &str) -> Self {
        self.property("after", Quoted(time))
    }

    /// Any verbs, as the block of `call` in a scenario has them: `expect-hangup after="5m" of="last-data" by="server"`.
    #[must_use]
    pub fn step(mut self, words: impl Into<String>) -> Self {
        self.steps.push(words.into());
        self
    }

    /// The line rings so many times, and then the caller gives up.
    #[must_use]
    pub fn ring(self, times: u32) -> Self {
        self.step(format!("ring {times}"))
    }

    /// The server answers after exactly so many rings.
    #[must_use]
    pub fn expect_answer(self, rings: u32) -> Self {
        self.step(format!("expect-answer rings={rings}"))
    }

    /// The server does not answer while it rings.
    #[must_use]
    pub fn expect_no_answer(self) -> Self {
        self.step("expect-no-answer")
    }

    /// PPP is negotiated up to the network, by a caller with that name and password.
    #[must_use]
    pub fn ppp(self, user: &str, password: &str) -> Self {
        self.step(format!("ppp user={} password={}", Quoted(user), Quoted(password)))
    }

    /// PPP is negotiated by a caller who offers no name and no password.
    #[must_use]
    pub fn ppp_without_auth(self) -> Self {
        self.step("ppp")
    }

    /// Authentication ends so: `"accepted"`, `"refused"`, `"not-asked"`.
    #[must_use]
    pub fn expect_auth(self, result: &str) -> Self {
        self.step(format!("expect-auth {}", Quoted(result)))
    }

    /// The caller's address is `local`, the server's `peer`.
    #[must_use]
    pub fn expect_address(self, local: &str, peer: &str) -> Self {
        self.step(format!("expect-address local={} peer={}", Quoted(local), Quoted(peer)))
    }

    /// The caller pings that address so many times, and every ping is answered.
    #[must_use]
    pub fn ping(self, address: &str, count: u32) -> Self {
        self.step(format!("ping {} count={count}", Quoted(address)))
    }

    /// A line of that program's log, `"mgetty"`, `"pppd"`, has that text in it.
    #[must_use]
    pub fn expect_log(self, program: &str, text: &str) -> Self {
        self.step(format!("expect-log {} {}", Quoted(program), Quoted(text)))
    }

    /// The caller hangs up.
    #[must_use]
    pub fn hang_up(self) -> Self {
        self.step("hang-up")
    }

    /// As a node of a scenario.
    pub(crate) fn write(&self, text: &mut String) {
        let _ = writeln!(text, "    call{} {{", self.properties);
        for step in &self.steps {
            let _ = writeln!(text, "        {}", step.trim());
        }
        text.push_str("    }\n");
    }
}
