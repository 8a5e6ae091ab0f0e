//! A real program that calls: what it is configured with, and whether there is one to be configured.

use super::super::build::{Scene, build_personality};
use super::super::problem::{Fault, Problem};
use super::super::shape::Item;
use super::super::words::client;
use super::super::{Client, ClientProgram};

pub(super) use client::NAMES;

/// The program of a call, if one calls.
pub(super) fn build_program(item: &Item, scene: &Scene<'_>, problems: &mut Vec<Problem>) -> Option<Client> {
    let Some(program) = item.text("with") else {
        // A program whose name was wrong may be the one that is meant.
        for word in item.items.iter().filter(|word| item.sound && NAMES.contains(&word.word.name)) {
            let message = format!("`{}` is for a real program, and offhook's own caller calls here", word.word.name);
            let problem = Problem::new(Fault::Contradiction, message, word.span, "whose?");
            problems.push(problem.also(item.span, "no with= here").help(match word.word.name {
                "account" => "call with=\"pppd\", or in a verb: ppp user=\"alice\" password=\"secret\"",
                "modem" => "call with=\"pppd\"; the server's modem stands in its `port`",
                _ => "call with=\"pppd\"",
            }));
        }
        return None;
    };
    let program = if program == "wvdial" { ClientProgram::Wvdial } else { ClientProgram::Pppd };
    for chat in item.children("chat").filter(|_| program == ClientProgram::Wvdial) {
        let problem = Problem::new(Fault::Contradiction, "wvdial has no chat script", chat.span, "for pppd");
        problems.push(problem.help("option \"Init2 = ATM0\", as wvdial.conf(5) has it"));
    }
    let account =
        item.child("account").map(|account| (account.argument_text(0), account.text("password").unwrap_or_default()));
    Some(Client {
        program,
        personality: item
            .child("modem")
            .map(|modem| build_personality(modem, scene.base, problems))
            .unwrap_or_default(),
        chat: item.children("chat").flat_map(Item::texts).collect(),
        options: item.children("option").flat_map(Item::texts).collect(),
        account,
    })
}
