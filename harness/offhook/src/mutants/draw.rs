//! Which mutants are run: so many of each folder, drawn by the seed, each on one stack.
//!
//! A mutant that cannot be read is not run, and neither is one that is the same scenario in other words; both are told, and
//! others are drawn in their place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use offhook_base::SourceFile;
use offhook_clock::Random;
use offhook_language::mutate::{Mutant, Mutants, mutants};
use offhook_scenario::Scenario;

use super::played::given;

/// A place by which mutants are chosen: `FILE:LINE`, or one of them: `FILE:LINE#NUMBER`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, or the end of its path.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// Which of the line's mutants, from 1; `None`: all.
    pub number: Option<usize>,
}

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "expected FILE:LINE or FILE:LINE#NUMBER, as a mutant is named".to_owned();
        let (file, place) = text.rsplit_once(':').ok_or_else(form)?;
        let (line, number) = match place.split_once('#') {
            Some((line, number)) => (line, Some(number.parse().map_err(|_| form())?)),
            None => (place, None),
        };
        Ok(Self { file: file.into(), line: line.parse().map_err(|_| form())?, number })
    }
}

impl Place {
    fn has(&self, file: &Path, mutant: &Mutant) -> bool {
        file.ends_with(&self.file)
            && mutant.line == self.line
            && self.number.is_none_or(|number| mutant.number == number)
    }
}

/// What is chosen.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Mutants of each folder.
    pub count: usize,
    /// What they are drawn by, and the seed of their runs.
    pub seed: u64,
    /// Only of scenarios whose name contains one of these; all if there are none.
    pub names: Vec<String>,
    /// Only on these stacks; all if there are none.
    pub stacks: Vec<String>,
    /// Only these; all if there are none.
    pub places: Vec<Place>,
}

/// A mutant to run.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The mutant.
    pub mutant: Mutant,
    /// Its file as it is.
    pub file: SourceFile,
    /// The file with the mutant, and nothing else of the file's scenarios.
    pub source: SourceFile,
    /// What that text says.
    pub scenario: Scenario,
    /// The scenario as it was, and its text alone.
    pub original: (SourceFile, Scenario),
    /// The stack it runs on.
    pub stack: String,
}

impl Drawn {
    /// The mutant as a scenario file that can be run by itself.
    pub fn as_file(&self) -> String {
        let text: &str = &self.source.text;
        let lines = text.lines().skip_while(|line| line.trim().is_empty());
        let mut file = format!("// {}:{}: {}\n", self.file.path.display(), self.mutant.line, self.mutant.change);
        for line in lines {
            file.push_str(line.trim_end());
            file.push('\n');
        }
        file
    }
}

/// A mutant that is not run.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The mutant.
    pub mutant: Mutant,
    /// Its file.
    pub file: PathBuf,
    /// What `check` says of it; `None`: it is the same scenario in other words.
    pub why: Option<String>,
}

/// Draws from these files: what to run, in the order of the files, and what was left out on the way.
pub fn draw(files: &[SourceFile], selection: &Selection) -> (Vec<Drawn>, Vec<Refused>) {
    let mut folders: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        folders.entry(file.path.parent().unwrap_or(Path::new(""))).or_default().push(index);
    }
    let all: Vec<Mutants> = files.iter().map(mutants).collect();
    let (mut drawn, mut refused) = (Vec::new(), Vec::new());
    for (folder, indices) in folders {
        let named = |name: &str| selection.names.is_empty() || selection.names.iter().any(|text| name.contains(text));
        let chosen = |index: usize, mutant: &Mutant| {
            let places = &selection.places;
            named(&mutant.name)
                && (places.is_empty() || places.iter().any(|place| place.has(&files[index].path, mutant)))
        };
        let of = |index: usize| {
            all[index].all.iter().filter(move |mutant| chosen(index, mutant)).map(move |mutant| (index, mutant))
        };
        let mut pool: Vec<(usize, &Mutant)> = indices.into_iter().flat_map(of).collect();
        shuffle(&mut pool, selection.seed, folder);
        let mut here = Vec::new();
        for (index, mutant) in pool {
            if here.len() == selection.count {
                break;
            }
            match made(&files[index], &all[index], mutant, here.len(), &selection.stacks) {
                Ok(Some(made)) => here.push(made),
                Ok(None) => {}
                Err(why) => refused.push(Refused { mutant: mutant.clone(), file: files[index].path.clone(), why }),
            }
        }
        here.sort_by_key(|drawn| (drawn.file.path.clone(), drawn.mutant.line, drawn.mutant.number));
        drawn.extend(here);
    }
    (drawn, refused)
}

/// By the seed and the folder's own name: what stands above it, and what other folders hold, is no matter.
fn shuffle<T>(pool: &mut [T], seed: u64, folder: &Path) {
    let name = folder.file_name().unwrap_or_default().as_encoded_bytes();
    let mut random =
        name.iter().fold(Random::new(seed), |mut random, octet| Random::new(random.next() ^ u64::from(*octet)));
    for last in (1..pool.len()).rev() {
        let other = random.next() % (last as u64 + 1);
        pool.swap(last, usize::try_from(other).unwrap_or(last));
    }
}

/// The mutant with its texts, on the stack that shows it; `None`: not on the stacks that are wanted.
///
/// # Errors
///
/// Why it is not run.
fn made(
    file: &SourceFile,
    mutants: &Mutants,
    mutant: &Mutant,
    turn: usize,
    wanted: &[String],
) -> Result<Option<Drawn>, Option<String>> {
    let source = |text: String| SourceFile { path: file.path.clone(), text: text.into() };
    let read = |source: &SourceFile| offhook_language::read(source).map_err(|errors| errors.first_message().to_owned());
    let (was, is) =
        (source(mutant.alone(&file.text, &mutants.scenarios)), source(mutant.text(&file.text, &mutants.scenarios)));
    let scenarios = read(&is).map_err(Some)?;
    let originals = read(&was).map_err(Some)?;
    let mut wanted_at_all = false;
    for (original, scenario) in originals.into_iter().zip(scenarios) {
        let mut stacks: Vec<&String> =
            original.stacks.iter().filter(|stack| mutant.stack.as_ref().is_none_or(|own| own == *stack)).collect();
        let turn = turn.checked_rem(stacks.len()).unwrap_or_default();
        stacks.rotate_left(turn);
        // Where a step is known to fail it fails with any value.
        stacks.sort_by_key(|stack| fails(&scenario, mutant, stack));
        for stack in stacks.into_iter().filter(|stack| wanted.is_empty() || wanted.contains(stack)) {
            wanted_at_all = true;
            if given(&original, stack) != given(&scenario, stack) {
                let (mutant, file, stack) = (mutant.clone(), file.clone(), stack.clone());
                return Ok(Some(Drawn { mutant, file, source: is, scenario, original: (was, original), stack }));
            }
        }
    }
    if wanted_at_all { Err(None) } else { Ok(None) }
}

/// Whether the step that was changed is known to fail there.
fn fails(scenario: &Scenario, mutant: &Mutant, stack: &str) -> bool {
    let steps = scenario.calls().flat_map(|call| &call.steps);
    steps.filter(|step| Some(step.span.offset) == mutant.step).any(|step| step.known_failure(stack).is_some())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = r#"
        scenario "it" {
            server { port "ttyS0" answer-after=2 mode="data"; ppp { idle "5m"; }; }
            call { expect-answer rings=2; hang-up; }
        }
    "#;

    fn files() -> Vec<SourceFile> {
        vec![SourceFile { path: "scenarios/a/a.kdl".into(), text: TEXT.into() }]
    }

    fn selection(count: usize, seed: u64) -> Selection {
        Selection { count, seed, names: Vec::new(), stacks: Vec::new(), places: Vec::new() }
    }

    fn told(drawn: &[Drawn]) -> Vec<String> {
        drawn.iter().map(|drawn| format!("{} {}", drawn.mutant.change, drawn.stack)).collect()
    }

    #[test]
    fn the_seed_draws_the_same_ones_again_and_another_seed_others() {
        let of = |seed| told(&draw(&files(), &selection(4, seed)).0);
        assert_eq!((of(1).len(), of(1)), (4, of(1)));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn what_is_refused_or_the_same_is_told_and_not_run() {
        let (drawn, refused) = draw(&files(), &selection(1000, 1));
        let why = |change: &str| {
            refused
                .iter()
                .find(|refused| refused.mutant.change.to_string() == change)
                .map(|refused| refused.why.clone())
        };
        // Data is what a port takes unless something else is said.
        assert_eq!(why("port \"ttyS0\": mode=\"data\" -> removed"), Some(None));
        assert!(why("port \"ttyS0\" answer-after=2 mode=\"data\" -> removed").flatten().is_some());
        assert!(told(&drawn).iter().any(|told| told.starts_with("idle \"5m\" -> \"6m\"")));
    }

    #[test]
    fn mutants_take_turns_on_the_stacks() {
        let (drawn, _) = draw(&files(), &selection(1000, 1));
        let on = |stack: &str| drawn.iter().filter(|drawn| drawn.stack == stack).count();
        assert!(on("bookworm").abs_diff(on("trixie")) <= 1, "{:?}", told(&drawn));
    }

    #[test]
    fn one_mutant_is_chosen_by_its_place() {
        let place: Place = "a/a.kdl:3#1".parse().unwrap();
        let (drawn, refused) = draw(&files(), &Selection { places: vec![place], ..selection(40, 1) });
        assert_eq!(drawn.len() + refused.len(), 1);
        assert!("a.kdl".parse::<Place>().is_err() && "a.kdl:x".parse::<Place>().is_err());
    }
}
