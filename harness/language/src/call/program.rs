//! A real program that calls: what it is configured with, and whether there is one to be configured.

use super::super::build::{Scene, build_model, own_command};
use crate::fault;
use crate::vocabulary::ClientWord;
use crate::vocabulary::Item;
use crate::words::choices::CLIENTS;
use offhook_scenario::{Client, ClientProgram};
use offhook_schema::Problem;

/// The program of a call, if one calls.
pub(super) fn build_program(item: &Item, scene: &mut Scene<'_>, problems: &mut Vec<Problem>) -> Option<Client> {
    let Some(with) = item.text("with") else {
        // A program whose name was wrong may be the one that is meant.
        for (word, role) in item.items.iter().filter_map(|word| Some((word, word.word.role.client?))) {
            if !item.sound {
                continue;
            }
            let message =
                format!("`{}` is for a real program, but offhook's own caller makes this call", word.word.name);
            let problem = Problem::new(fault::CONTRADICTION, message, word.span, "has no effect");
            problems.push(problem.also(item.span, "with= is missing").help(match role {
                ClientWord::Account => "call with=\"pppd\", or in a verb: ppp user=\"alice\" password=\"secret\"",
                ClientWord::Modem => "call with=\"pppd\"; the server's modem is part of its `port`",
                ClientWord::Chat | ClientWord::Option => "call with=\"pppd\"",
            }));
        }
        return None;
    };
    let known = CLIENTS.of(&with);
    let program = known.unwrap_or(ClientProgram::Own);
    let command = match known {
        Some(_) => String::new(),
        None => {
            own_command(&with, item.property_span("with").unwrap_or(item.span), scene.base, &mut scene.put, problems)
        }
    };
    for chat in item.children("chat").filter(|_| program == ClientProgram::Wvdial) {
        let problem = Problem::new(fault::CONTRADICTION, "wvdial has no chat script", chat.span, "for pppd");
        problems.push(problem.help("use an option of wvdial.conf(5): option \"Init2 = ATM0\""));
    }
    let account =
        item.child("account").map(|account| (account.argument_text(0), account.text("password").unwrap_or_default()));
    Some(Client {
        program,
        personality: item.child("modem").map(|modem| build_model(modem, scene.base, problems)).unwrap_or_default(),
        chat: item.children("chat").flat_map(Item::texts).collect(),
        options: item.children("option").flat_map(Item::texts).collect(),
        account,
        command,
    })
}
