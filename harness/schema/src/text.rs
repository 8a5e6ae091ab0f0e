//! Words for messages: the nearest of several, and lists.

/// The candidate that `word` was probably meant to be.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // One slip in four letters is a slip; more is another word.
    let bound = word.chars().count().div_ceil(4).max(1);
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= bound && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `a, b or c`.
pub fn one_of<S: AsRef<str>>(items: &[S]) -> String {
    listed(items, "or")
}

/// `a, b and c`, with another word for "and".
pub fn listed<S: AsRef<str>>(items: &[S], last: &str) -> String {
    let items: Vec<&str> = items.iter().map(S::as_ref).collect();
    match items.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., tail] => format!("{} {last} {tail}", head.join(", ")),
    }
}

/// Each name in double quotes.
pub fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    names.into_iter().map(|name| format!("\"{name}\"")).collect()
}

/// With a capital first letter.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// With a small first letter, unless the first word is in capitals.
pub(crate) fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood_and_another_word_is_not() {
        let words = ["expect-answer", "expect-no-answer", "ping", "ring"];
        assert_eq!(nearest("expect-anwser", words), Some("expect-answer"));
        assert_eq!(nearest("Ring", words), Some("ring"));
        assert_eq!(nearest("rung", words), Some("ring"));
        assert_eq!(nearest("telephone", words), None);
        assert_eq!(nearest("", words), None);
    }
}
