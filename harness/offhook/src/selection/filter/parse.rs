//! The text of an expression to what it means, or to every mistake in it.
//!
//! ```text
//! or        = and, { ("or" | "|"), and }
//! and       = not, { ("and" | "&"), not }
//! not       = ("not" | "!"), not | "(", or, ")" | predicate
//! predicate = word, "(", argument, ")"
//! ```
//!
//! Nothing that is wrong ends the parsing, except what stands after the end of an expression: in the place of what is missing
//! or not understood comes an expression that is nothing, and a problem with its place.

use std::path::Path;

use offhook_base::Span;
use offhook_schema::{Errors, FileProblems, Problem, fault, listed, nearest, one_of};
use winnow::ascii::multispace0;
use winnow::combinator::{alt, opt, preceded, repeat};
use winnow::stream::{Location, Stateful};
use winnow::token::take_while;
use winnow::{LocatingSlice, ModalResult, Parser};

use super::PREDICATES;
use super::expression::Expression;
use super::pattern::{Pattern, Plain};
use crate::selection::history::LastVerdict;
use crate::stacks;

/// Parentheses and `not` within each other: more is no expression of a person's.
const DEEPEST: usize = 100;

#[derive(Debug, Default)]
struct State {
    problems: Vec<Problem>,
    depth: usize,
}

type Input<'a> = Stateful<LocatingSlice<&'a str>, State>;

pub(super) fn parse(text: &str) -> Result<Expression, Errors> {
    let mut input = Input { input: LocatingSlice::new(text), state: State::default() };
    let expression = or.parse_next(&mut input).unwrap_or(Expression::Mistaken);
    let rest = input.input.as_ref().trim_start();
    if !rest.is_empty() {
        let word = rest.chars().take_while(|c| c.is_alphanumeric()).count().max(1);
        let span = Span { offset: text.len() - rest.len(), len: rest.chars().take(word).map(char::len_utf8).sum() };
        let message = match rest.starts_with(')') {
            true => "this parenthesis closes nothing",
            false => "two predicates need a word between them",
        };
        let help = "combine predicates with `and`, `or` and `not`, and put parentheses around what belongs together";
        input.state.problems.push(Problem::new(fault::SYNTAX, message, span, "not expected here").help(help));
    }
    if input.state.problems.is_empty() {
        return Ok(expression);
    }
    let problems =
        FileProblems { path: Path::new("--filter").into(), text: Some(text.into()), problems: input.state.problems };
    Err(Errors { files: vec![problems] })
}

fn or(input: &mut Input<'_>) -> ModalResult<Expression> {
    let first = and.parse_next(input)?;
    let others: Vec<Expression> = repeat(0.., preceded(operator("or", "|"), and)).parse_next(input)?;
    Ok(others.into_iter().fold(first, |left, right| Expression::Or(Box::new(left), Box::new(right))))
}

fn and(input: &mut Input<'_>) -> ModalResult<Expression> {
    let first = not.parse_next(input)?;
    let others: Vec<Expression> = repeat(0.., preceded(operator("and", "&"), not)).parse_next(input)?;
    Ok(others.into_iter().fold(first, |left, right| Expression::And(Box::new(left), Box::new(right))))
}

fn not(input: &mut Input<'_>) -> ModalResult<Expression> {
    if input.state.depth == DEEPEST {
        let message = format!("more than {DEEPEST} parentheses and `not` within each other");
        complain(input, message, input.input.as_ref().len(), "from here on", "write it in another way".to_owned());
        let _: &str = winnow::token::rest.parse_next(input)?;
        return Ok(Expression::Mistaken);
    }
    input.state.depth += 1;
    let expression = match opt(operator("not", "!")).parse_next(input)? {
        Some(()) => Expression::Not(Box::new(not.parse_next(input)?)),
        None => alt((parenthesis, predicate, missing)).parse_next(input)?,
    };
    input.state.depth -= 1;
    Ok(expression)
}

/// A word between predicates, or its sign.
fn operator<'a>(
    word: &'static str,
    sign: &'static str,
) -> impl Parser<Input<'a>, (), winnow::error::ErrMode<winnow::error::ContextError>> {
    let whole = (word, winnow::combinator::not(take_while(1, |c: char| c.is_alphanumeric() || c == '_'))).void();
    (multispace0, alt((whole, (sign, opt(sign)).void()))).void()
}

fn parenthesis(input: &mut Input<'_>) -> ModalResult<Expression> {
    let open = (multispace0, '(').span().parse_next(input)?;
    let expression = or.parse_next(input)?;
    if opt((multispace0, ')')).parse_next(input)?.is_none() {
        let span = Span { offset: open.end - 1, len: 1 };
        let problem = Problem::new(fault::SYNTAX, "a parenthesis is not closed", span, "opened here");
        input.state.problems.push(problem.help("add `)` where it ends"));
    }
    Ok(expression)
}

fn predicate(input: &mut Input<'_>) -> ModalResult<Expression> {
    multispace0.parse_next(input)?;
    let at = input.input.current_token_start();
    let word: &str = take_while(1.., |c: char| c.is_alphanumeric() || c == '_' || c == '-').parse_next(input)?;
    let span = Span { offset: at, len: word.len() };
    let Some(argument) = argument(input, span)? else { return Ok(Expression::Mistaken) };
    let start = input.input.current_token_start() - argument.len() - 1;
    let place = Span { offset: start, len: argument.len() };
    let made = made(word, argument, span, place);
    Ok(made.unwrap_or_else(|problem| {
        input.state.problems.push(*problem);
        Expression::Mistaken
    }))
}

/// What stands between the parentheses after a word; those in it come in pairs, or have a backslash before them.
fn argument<'a>(input: &mut Input<'a>, word: Span) -> ModalResult<Option<&'a str>> {
    if opt('(').parse_next(input)?.is_none() {
        let problem = Problem::new(fault::SYNTAX, "a predicate needs parentheses", word, "has none");
        input.state.problems.push(problem.help(format!("predicates are {}", examples())));
        return Ok(None);
    }
    let rest = *input.input.as_ref();
    let is_regex = rest.starts_with('/') && !rest.starts_with("//");
    let (mut depth, mut escaped, mut slashes) = (0_usize, false, 0);
    let end = rest.char_indices().find(|(_, character)| {
        let taken = std::mem::take(&mut escaped);
        match character {
            _ if taken => {}
            '\\' => escaped = true,
            '/' if is_regex => slashes += 1,
            // In a regular expression parentheses are its own.
            '(' | ')' if is_regex && slashes == 1 => {}
            '(' => depth += 1,
            ')' if depth == 0 => return true,
            ')' => depth -= 1,
            _ => {}
        }
        false
    });
    let Some((end, _)) = end else {
        let span = Span { offset: word.offset + word.len, len: 1 };
        let problem = Problem::new(fault::SYNTAX, "a parenthesis is not closed", span, "opened here");
        let help =
            "add `)` where it ends; within the argument a parenthesis that has no partner is written `\\(` or `\\)`";
        input.state.problems.push(problem.help(help));
        let _: &str = winnow::token::rest.parse_next(input)?;
        return Ok(None);
    };
    let argument = winnow::token::take(rest[..end].chars().count()).parse_next(input)?;
    ')'.parse_next(input)?;
    Ok(Some(argument))
}

/// Nothing, where an operand should be.
fn missing(input: &mut Input<'_>) -> ModalResult<Expression> {
    let rest = input.input.as_ref().trim_start();
    let len = rest.chars().next().map_or(0, char::len_utf8);
    // What is odd is stepped over, so that it is told once.
    let odd = len > 0 && !rest.starts_with(')') && !rest.starts_with(['|', '&']);
    let help = format!("predicates are {}", examples());
    let before = input.input.current_token_start();
    multispace0.parse_next(input)?;
    let message = "a predicate is missing";
    if len == 0 && before > 0 {
        // There is nothing to point at after the end.
        let problem = Problem::new(fault::SYNTAX, message, Span { offset: before - 1, len: 1 }, "expected after this");
        input.state.problems.push(problem.help(help));
    } else {
        complain(input, message.to_owned(), len, "expected here", help);
    }
    if odd {
        let _: char = winnow::token::any.parse_next(input)?;
    }
    Ok(Expression::Mistaken)
}

fn complain(input: &mut Input<'_>, message: String, len: usize, label: &str, help: String) {
    let span = Span { offset: input.input.current_token_start(), len };
    input.state.problems.push(Problem::new(fault::SYNTAX, message, span, label).help(help));
}

fn made(word: &str, argument: &str, at: Span, place: Span) -> Result<Expression, Box<Problem>> {
    let pattern = |plain| {
        if argument.is_empty() {
            let problem =
                Problem::new(fault::MISSING_ARGUMENT, format!("`{word}` needs a text to compare with"), at, "has none");
            return Err(Box::new(problem.help(format!("for example {}", example(word)))));
        }
        Pattern::of(argument, plain).map_err(|(message, span)| {
            let span = Span { offset: place.offset + span.offset, len: span.len };
            let message = format!("the argument of `{word}` cannot be used: {message}");
            Box::new(Problem::new(fault::BAD_TEXT, message, span, "this one"))
        })
    };
    match word {
        "name" => pattern(Plain::Contains).map(Expression::Name),
        "file" => pattern(Plain::Glob).map(Expression::File),
        "spec" => pattern(Plain::Contains).map(Expression::Spec),
        "tag" => pattern(Plain::Equals).map(Expression::Tag),
        "stack" => match pattern(Plain::Equals)? {
            Pattern::Equals(name) => {
                let there = stacks::names();
                let names: Vec<&str> = there.iter().map(String::as_str).collect();
                known(&name, &names, "stack", place).map(|_| Expression::Stack(Pattern::Equals(name)))
            }
            other => Ok(Expression::Stack(other)),
        },
        "known" if argument.is_empty() => Ok(Expression::Known),
        "known" => {
            let problem = Problem::new(fault::EXTRA_ARGUMENT, "`known` takes no argument", place, "unexpected");
            Err(Box::new(problem.help("known() is what has a known failure or deviation on the stack")))
        }
        "last" => {
            let words = LastVerdict::ALL.map(LastVerdict::word);
            let verdict = known(argument.strip_prefix('=').unwrap_or(argument), &words, "result", place)?;
            Ok(LastVerdict::ALL.get(verdict).map_or(Expression::Mistaken, |verdict| Expression::Last(*verdict)))
        }
        "case" if argument.is_empty() => Ok(Expression::Case(None)),
        "case" => pattern(Plain::Contains).map(|pattern| Expression::Case(Some(pattern))),
        _ => {
            let problem = Problem::new(fault::UNKNOWN_WORD, format!("unknown predicate `{word}`"), at, "no predicate");
            let near = nearest(word, PREDICATES.iter().map(|predicate| predicate.name));
            Err(Box::new(problem.help(match near {
                Some(near) => format!("did you mean {}?", example(near)),
                None => format!("predicates are {}", examples()),
            })))
        }
    }
}

/// The place of `word` among those there are.
fn known(word: &str, words: &[&str], what: &str, place: Span) -> Result<usize, Box<Problem>> {
    words.iter().position(|known| *known == word).ok_or_else(|| {
        let problem =
            Problem::new(fault::NOT_A_CHOICE, format!("unknown {what} `{word}`"), place, format!("no {what}"));
        Box::new(problem.help(match nearest(word, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", one_of(words)),
        }))
    })
}

fn example(word: &str) -> String {
    let argument =
        PREDICATES.iter().find(|predicate| predicate.name == word).map_or("", |predicate| predicate.argument);
    format!("{word}({argument})")
}

fn examples() -> String {
    listed(&PREDICATES.map(|predicate| example(predicate.name)), "and")
}
