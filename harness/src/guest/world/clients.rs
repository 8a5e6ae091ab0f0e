//! The programs that call, as the world has them: what they do reaches the stations they call, and what calls ask of them
//! reaches them.

use offhook_emulator::time::Instant;

use super::super::clients::Doing;
use super::super::request::Wish;
use super::World;
use crate::run::Trouble;
use crate::scenario::Port;

/// Numbers from here on are given to ports that have none.
const NUMBERS: u32 = 5_551_000;

impl World {
    /// Carries what modems do to the lines of others, until nothing moves.
    pub(super) fn settle(&mut self, now: Instant) {
        loop {
            let mut moved = false;
            for station in &mut self.stations {
                moved |= station.settle(now);
            }
            for client in self.clients.iter_mut() {
                moved |= client.modem.settle(now);
                while let Some(heard) = client.modem.poll_heard() {
                    let call = client.modem.call;
                    if let Some(station) = self.conversations.station_of(call) {
                        self.stations[station].hear_client(now, call, heard);
                    }
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// A program has done something.
    pub(super) fn handle_client(&mut self, now: Instant, index: usize, doing: Doing) -> Result<(), Trouble> {
        if let Doing::Pong(heard) = doing {
            self.conversations.answered(heard.answer(now));
        } else if let Some((call, addresses)) = self.clients.handle(now, index, doing)?
            && let Some(station) = self.conversations.station_of(call)
        {
            self.stations[station].client_is_up(now, call, addresses);
        }
        Ok(())
    }

    /// Whether the process that has ended was one of the programs.
    pub(super) fn client_ended(&mut self, now: Instant, pid: i32, how: &str) -> bool {
        let Some((call, how)) = self.clients.reaped(now, pid, how) else { return false };
        if let Some(station) = self.conversations.station_of(call) {
            self.stations[station].client_ended(now, call, how);
        }
        true
    }

    /// A call asks its program to do something.
    pub(super) fn ask_client(&mut self, now: Instant, call: usize, wish: Wish) -> Result<(), Trouble> {
        let Some(client) = self.clients.of(call) else { return Ok(()) };
        match wish {
            Wish::Dial(number) => client.start(now, &number),
            Wish::Ping { to, sequence } => {
                client.ping(to, sequence);
                Ok(())
            }
            Wish::HangUp => {
                client.hang_up(now);
                Ok(())
            }
            Wish::FallSilent => {
                client.fall_silent(now);
                Ok(())
            }
        }
    }
}

/// The ports, each on a telephone line with a number to dial: those that have none stated get one.
pub(super) fn numbered(mut ports: Vec<Port>) -> Vec<Port> {
    let mut free = NUMBERS..;
    for index in 0..ports.len() {
        if ports[index].number.is_none() && !ports[index].direct {
            let taken = |number: &String| ports.iter().any(|port| port.number.as_ref() == Some(number));
            ports[index].number = free.by_ref().map(|number| number.to_string()).find(|number| !taken(number));
        }
    }
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_number_of_its_own() {
        let stated = Port { number: Some("5551000".to_owned()), ..Port::new("ttyS1") };
        let ports = vec![Port::new("ttyS0"), stated, Port { direct: true, ..Port::new("ttyS2") }, Port::new("ttyS3")];
        let numbers: Vec<_> = numbered(ports).into_iter().map(|port| port.number).collect();
        assert_eq!(numbers, [Some("5551001".into()), Some("5551000".into()), None, Some("5551002".into())]);
    }
}
