//! Code blocks of a page: Markdown in; their text, and what is to be done with each, out.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A code block.
pub(crate) struct Block {
    /// The first word of its info string; empty without one.
    pub(crate) language: String,
    pub(crate) text: String,
    /// Where in its page, from 1.
    pub(crate) line: usize,
    pub(crate) used: Use,
}

/// What the test does with a block.
pub(crate) enum Use {
    /// Nothing: it is to be looked at.
    Shown,
    /// It is written to this file.
    File(String),
    /// Its commands are run.
    Run { commands: Vec<String>, exit: i32 },
    /// It has commands, and is not run: it needs hardware, minutes or a network.
    NotRun,
}

/// Every code block, in order; an error is the line and what is wrong with the notation there.
pub(crate) fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String, usize)> = None;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                open = Some((info, String::new(), text[..range.start].matches('\n').count() + 1));
            }
            Event::Text(part) => {
                if let Some((_, text, _)) = &mut open {
                    text.push_str(&part);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                let (info, text, line) = open.take().unwrap_or_default();
                blocks.push(block(&info, text, line).map_err(|error| format!("line {line}: {error}"))?);
            }
            _ => {}
        }
    }
    Ok(blocks)
}

fn block(info: &str, text: String, line: usize) -> Result<Block, String> {
    let mut words = info.split(' ');
    let language = words.next().unwrap_or_default().to_owned();
    let commands = commands(&text);
    let mut used = Use::Shown;
    if language == "console" {
        used = Use::Run { commands: commands.clone(), exit: 0 };
    }
    for word in words {
        used = match (word.split_once('=').unwrap_or((word, "")), &*language) {
            (("no_run", ""), "console") => Use::NotRun,
            (("exit", code), "console") => {
                let exit = code.parse().map_err(|_| format!("exit={code} is no number"))?;
                if commands.len() != 1 {
                    return Err("exit= is said of one command".to_owned());
                }
                Use::Run { commands: commands.clone(), exit }
            }
            (("file", name), language) if language != "console" && !name.is_empty() => Use::File(name.to_owned()),
            _ => return Err(format!("`{word}` means nothing after `{language}`")),
        };
    }
    match (language == "console", commands.is_empty()) {
        (true, true) => Err("a console without a command".to_owned()),
        (false, false) => Err("commands in a block that is no console".to_owned()),
        _ => Ok(Block { language, text, line, used }),
    }
}

/// What stands after `$ `; a line that ends in `\` goes on.
fn commands(text: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        if goes_on {
            if let Some(command) = commands.last_mut() {
                command.push('\n');
                command.push_str(line);
            }
        } else if let Some(command) = line.strip_prefix("$ ") {
            commands.push(command.to_owned());
        } else {
            continue;
        }
        goes_on = line.ends_with('\\');
    }
    commands
}
