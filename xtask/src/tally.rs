//! Counting what a run of tests says: libtest's lines are read as they pass by, and those worth
//! seeing are handed on. A test that cannot check what it is for prints `SKIPPED: reason`; it is
//! counted as skipped, not as passed, and its reason is kept for the end.

/// Tests counted so far.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

/// Where in libtest's output we are: the captured output of passed tests is shown between the
/// headings `successes:` and the next heading.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
enum Section {
    #[default]
    Progress,
    Successes,
    Failures,
}

/// Reads the output of `cargo test -- --show-output`, line by line.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    said: Count,
    /// Names of failed tests, in order.
    pub(crate) failures: Vec<String>,
    /// `name: reason` of skipped tests, in order.
    pub(crate) skips: Vec<String>,
    section: Section,
    /// The test whose captured output is being read.
    test: String,
    /// That test has said so before; it is one test, however many reasons it gives.
    disowned_already: bool,
    /// Tests that passed according to libtest, but said they skipped.
    disowned: u64,
    /// A program has begun its tests and not closed them.
    open: bool,
    /// Programs that ended before they closed their tests.
    broken: u64,
}

const SKIPPED: &str = "SKIPPED:";

impl Tally {
    /// The tests so far.
    pub(crate) fn count(&self) -> Count {
        Count {
            passed: self.said.passed.saturating_sub(self.disowned),
            failed: self.said.failed,
            skipped: self.said.skipped + self.disowned,
        }
    }

    /// How many test programs ended before their tests did; asked after the last line.
    pub(crate) fn broken(&self) -> u64 {
        self.broken + u64::from(self.open)
    }

    /// Takes the next line of standard error; true where a reader of the run should see it now.
    /// libtest does not capture what a test writes there past `eprintln!`: such a line is taken
    /// for one test.
    pub(crate) fn read_error(&mut self, line: &str) -> bool {
        let Some(reason) = line.strip_prefix(SKIPPED) else { return true };
        self.disowned += 1;
        self.skips.push(reason.trim().to_owned());
        false
    }

    /// Takes the next line of standard output; true where a reader of the run should see it.
    pub(crate) fn read_output(&mut self, line: &str) -> bool {
        match line {
            "successes:" => self.section = Section::Successes,
            "failures:" => self.section = Section::Failures,
            _ => {}
        }
        if let Some(count) = libtest_closing(line) {
            self.add(count);
            self.section = Section::Progress;
            self.open = false;
            return true;
        }
        if let Some(count) = harness_closing(line) {
            self.add(count);
            return true;
        }
        if is_opening(line) {
            self.broken += u64::from(self.open);
            self.open = true;
            self.section = Section::Progress;
            return false;
        }
        match self.section {
            Section::Progress => self.read_progress(line),
            Section::Successes => self.read_success(line),
            Section::Failures => !line.is_empty(),
        }
    }

    fn add(&mut self, count: Count) {
        self.said.passed += count.passed;
        self.said.failed += count.failed;
        self.said.skipped += count.skipped;
    }

    /// `test NAME ... ok` and its like. Passed tests are not worth a line each.
    fn read_progress(&mut self, line: &str) -> bool {
        let Some((name, verdict)) =
            line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
        else {
            return !line.is_empty();
        };
        if verdict.starts_with("FAILED") {
            self.failures.push(name.to_owned());
        } else if let Some(reason) = verdict.strip_prefix("ignored") {
            let reason = reason.trim_start_matches([',', ' ']);
            let reason = if reason.is_empty() { "ignored" } else { reason };
            self.skips.push(format!("{name}: {reason}"));
        }
        !verdict.starts_with("ok")
    }

    fn read_success(&mut self, line: &str) -> bool {
        let heading = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----"));
        if let Some(name) = heading {
            name.clone_into(&mut self.test);
            self.disowned_already = false;
        } else if let Some(reason) = line.trim_start().strip_prefix(SKIPPED) {
            self.disowned += u64::from(!self.disowned_already);
            self.disowned_already = true;
            self.skips.push(format!("{}: {}", self.test, reason.trim()));
        }
        false
    }
}

/// `running 3 tests`, and nothing else on the line.
fn is_opening(line: &str) -> bool {
    let count = line.strip_prefix("running ").and_then(|rest| rest.split_once(" test"));
    count.is_some_and(|(count, rest)| count.parse::<u64>().is_ok() && matches!(rest, "" | "s"))
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; ...`
fn libtest_closing(line: &str) -> Option<Count> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let number = |what: &str| {
        counts.split("; ").find_map(|part| part.strip_suffix(what)?.trim().parse::<u64>().ok())
    };
    let (passed, failed) = (number(" passed")?, number(" failed")?);
    Some(Count { passed, failed, skipped: number(" ignored")? })
}

/// `golden: 12 passed, 0 failed, 1 skipped`: the closing line of a harness of our own.
fn harness_closing(line: &str) -> Option<Count> {
    let (name, counts) = line.split_once(": ")?;
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        return None;
    }
    let mut parts = counts.split(", ");
    let mut number = |what: &str| parts.next()?.strip_suffix(what)?.parse::<u64>().ok();
    let (passed, failed) = (number(" passed")?, number(" failed")?);
    let skipped = number(" skipped")?;
    parts.next().is_none().then_some(Count { passed, failed, skipped })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "
running 4 tests
test room::a_sum_is_a_sum ... ok
test room::a_gpu_is_needed ... ok
test room::a_slow_one ... ignored, takes an hour
test room::two_is_three ... FAILED

successes:

---- room::a_gpu_is_needed stdout ----
looking
SKIPPED: no adapter
SKIPPED: no second adapter

successes:
    room::a_gpu_is_needed
    room::a_sum_is_a_sum

failures:

---- room::two_is_three stdout ----
SKIPPED: not counted, since it failed
assertion failed

failures:
    room::two_is_three

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s

running 1 test
test other ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.00s

case softmax ... fine
golden: 10 passed, 0 failed, 2 skipped
";

    fn read(text: &str) -> (Tally, Vec<&str>) {
        let mut tally = Tally::default();
        let shown = text.lines().filter(|line| tally.read_output(line)).collect();
        (tally, shown)
    }

    #[test]
    fn counts_are_summed_over_binaries_and_harnesses() {
        let (tally, _) = read(RUN);
        assert_eq!(tally.count(), Count { passed: 12, failed: 1, skipped: 4 });
    }

    #[test]
    fn a_test_that_says_it_skipped_is_not_passed_and_its_reasons_are_kept() {
        let (tally, _) = read(RUN);
        let expected = [
            "room::a_slow_one: takes an hour",
            "room::a_gpu_is_needed: no adapter",
            "room::a_gpu_is_needed: no second adapter",
        ];
        assert_eq!(tally.skips, expected);
        assert_eq!(tally.failures, ["room::two_is_three"]);
    }

    #[test]
    fn a_skip_written_past_the_capture_counts_too() {
        let (mut tally, _) = read("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured");
        assert!(tally.read_error("     Running unittests src/lib.rs"));
        assert!(!tally.read_error("SKIPPED: no weights"));
        assert_eq!(tally.count(), Count { passed: 2, failed: 0, skipped: 1 });
        assert_eq!(tally.skips, ["no weights"]);
    }

    #[test]
    fn a_program_that_ends_before_its_tests_is_noticed() {
        assert_eq!(read(RUN).0.broken(), 0);
        assert_eq!(read("running 2 tests\ntest a ... ok\nrunning 1 test\n").0.broken(), 2);
        assert_eq!(read("running in circles\nrunning 2 testers").0.broken(), 0);
    }

    #[test]
    fn failures_are_shown_and_successes_are_not() {
        let (_, shown) = read(RUN);
        for line in ["assertion failed", "test room::two_is_three ... FAILED"] {
            assert!(shown.contains(&line), "{line} in {shown:#?}");
        }
        for line in ["looking", "test other ... ok", "", "    room::a_sum_is_a_sum"] {
            assert!(!shown.contains(&line), "{line:?} in {shown:#?}");
        }
    }

    #[test]
    fn lines_that_only_look_like_a_closing_one_are_not_counted() {
        let lines = [
            "test result: unknown",
            "golden: 1 passed, 2 failed",
            "golden: 1 passed, 2 failed, 3 skipped, 4 lost",
            "golden: many passed, 2 failed, 3 skipped",
            "a case: 1 passed, 2 failed, 3 skipped",
            ": 1 passed, 2 failed, 3 skipped",
        ];
        for line in lines {
            assert_eq!(read(line).0.count(), Count::default(), "{line}");
        }
    }
}
