//! What whoever puts a modem somewhere decides of it: its model, and what no command can change.

use std::time::Duration;

use super::{Nvram, Personality};

/// What a modem is like when it comes out of its box.
#[derive(Clone, Debug)]
pub struct ModemConfig {
    /// Which model it is.
    pub personality: Personality,
    /// What `ATI` and `+GMM` say. One line of printable ASCII, not all digits: mgetty takes digits for the product
    /// code of a maker.
    pub identification: String,
    /// Whether caller ID is shown (+VCID=1) unless the DTE switches it off.
    pub caller_id: bool,
    /// S0: rings before it answers by itself; 0: never.
    pub auto_answer: u8,
    /// Whether the line takes the time that its rate gives octets; if not, the modem's buffer is never full.
    pub paced: bool,
    /// For so long after the DTE opened the port it neither hears nor says anything: it is still starting.
    pub silent: Duration,
    /// Command lines that begin so (`ATZ`, upper and lower case alike) are not executed; the text beside it, between
    /// CR LF, is the only answer, and an empty one is none. The first that fits counts.
    pub replies: Vec<(String, String)>,
    /// What it says instead of the result code CONNECT, octet for octet.
    pub connect: Option<String>,
    /// Whether `D` takes names and addresses beside numbers: `ATDThost:port`, `ATD"name"`.
    pub dials_addresses: bool,
    /// What it has kept since it had power last.
    pub nvram: Option<Nvram>,
    /// Octets that its buffers have room for, each way.
    pub buffer: usize,
}

/// Shows caller ID, answers when told to, and has no faults.
impl Default for ModemConfig {
    fn default() -> Self {
        Self {
            personality: Personality::default(),
            identification: "offhook data modem".into(),
            caller_id: true,
            auto_answer: 0,
            paced: true,
            silent: Duration::ZERO,
            replies: Vec::new(),
            connect: None,
            dials_addresses: false,
            nvram: None,
            buffer: 2048,
        }
    }
}
