//! The fewest lines that still show something (delta debugging, Zeller and Hildebrandt, 2002, with lines of files as parts).
//!
//! In go files and a test; out come files of which no line can be left out.

/// Files with as few lines as still pass `shows`. At most so many tests are made.
pub fn shrink(
    files: &[(String, String)],
    most: usize,
    mut shows: impl FnMut(&[(String, String)]) -> bool,
) -> Vec<(String, String)> {
    let mut lines: Vec<(usize, &str)> = files
        .iter()
        .enumerate()
        .flat_map(|(file, (_, text))| text.split_inclusive('\n').map(move |line| (file, line)))
        .collect();
    let of = |lines: &[(usize, &str)]| -> Vec<(String, String)> {
        let text = |file: usize| lines.iter().filter(|(of, _)| *of == file).map(|(_, line)| *line).collect::<String>();
        let files = files.iter().enumerate().map(|(file, (path, _))| (path.clone(), text(file)));
        files.filter(|(_, text)| !text.is_empty()).collect()
    };
    let (mut parts, mut tests) = (2, 0);
    while lines.len() > 1 && tests < most {
        let size = lines.len().div_ceil(parts);
        let mut smaller = None;
        for start in (0..lines.len()).step_by(size) {
            let mut rest = lines.clone();
            rest.drain(start..(start + size).min(lines.len()));
            tests += 1;
            if shows(&of(&rest)) {
                smaller = Some(rest);
                break;
            }
            if tests >= most {
                break;
            }
        }
        match smaller {
            Some(rest) => {
                lines = rest;
                parts = parts.saturating_sub(1).max(2);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(lines.len()),
        }
    }
    of(&lines)
}

#[cfg(test)]
mod tests {
    use super::shrink;

    #[test]
    fn only_the_lines_that_matter_are_left() {
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let files = [file("a", "1\n2\n3\n4\n5\n"), file("b", "6\n7\n"), file("c", "8\n")];
        let shows = |files: &[(String, String)]| {
            let has = |line: &str| files.iter().any(|(_, text)| text.contains(line));
            has("2\n") && has("7\n")
        };
        assert_eq!(shrink(&files, 1000, shows), [file("a", "2\n"), file("b", "7\n")]);
    }
}
