//! The programs that call, as the world has them: what they do reaches the ports they call, and what calls ask of them
//! reaches them.

use offhook_clock::Instant;

use super::super::clients::Activity;
use super::World;
use offhook_base::Error;
use offhook_scenario::Port;
use offhook_session::conversation::ClientCommand;

/// Numbers from here on are given to ports that have none.
const NUMBERS: u32 = 5_551_000;

impl World {
    /// Carries what modems do to the lines of others, until nothing moves.
    pub(super) fn settle(&mut self, now: Instant) {
        loop {
            let mut moved = false;
            for session in &mut self.sessions {
                moved |= session.settle(now);
            }
            for client in self.clients.iter_mut() {
                moved |= client.modem.settle(now);
                while let Some(heard) = client.modem.poll_heard() {
                    let call = client.modem.call;
                    if let Some(session) = self.conversations.session_of(call) {
                        self.sessions[session].hear_client(now, call, heard);
                    }
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// A program has done something.
    pub(super) fn handle_client(&mut self, now: Instant, index: usize, activity: Activity) -> Result<(), Error> {
        if let Activity::Pong(heard) = activity {
            self.conversations.answered(heard.answer(now));
        } else if let Some((call, addresses)) = self.clients.handle(now, index, activity)?
            && let Some(session) = self.conversations.session_of(call)
        {
            self.sessions[session].client_is_up(now, call, addresses);
        }
        Ok(())
    }

    /// Whether the process that has ended was one of the programs.
    pub(super) fn client_ended(&mut self, now: Instant, pid: i32, how: &str) -> bool {
        let Some((call, how)) = self.clients.reaped(now, pid, how) else { return false };
        if let Some(session) = self.conversations.session_of(call) {
            self.sessions[session].client_ended(now, call, how);
        }
        true
    }

    /// A call asks its program to do something.
    pub(super) fn ask_client(&mut self, now: Instant, call: usize, command: ClientCommand) -> Result<(), Error> {
        let Some(client) = self.clients.of(call) else { return Ok(()) };
        match command {
            ClientCommand::Dial(number) => client.start(now, &number),
            ClientCommand::Ping { to, sequence, size } => {
                client.ping(to, sequence, size);
                Ok(())
            }
            ClientCommand::HangUp => {
                client.hang_up(now);
                Ok(())
            }
            ClientCommand::FallSilent => {
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
