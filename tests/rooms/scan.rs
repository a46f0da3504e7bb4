//! Reading Rust just well enough: words of code apart from comments and strings, which lines
//! belong to tests, and which paths are written. What they ought to be is not known here.

/// A source file, taken apart. Lines count from 1.
pub(crate) struct Source {
    /// From the repository's root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) words: Vec<Word>,
    /// The insides of string literals.
    pub(crate) strings: Vec<Word>,
    /// Ranges of `words` that are compiled for tests only.
    tests: Vec<(usize, usize)>,
}

/// An identifier, a number, `::`, or a single other character of code; or a string's inside.
pub(crate) struct Word {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A path as written in code, resolved: its place among the words, its line and its names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) word: usize,
    pub(crate) line: usize,
    pub(crate) names: Vec<String>,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let (words, strings) = lex(text);
        let tests = test_ranges(&words);
        Self { path: path.to_owned(), text: text.to_owned(), words, strings, tests }
    }

    /// The module path below the crate: `["ops", "conv"]` for src/ops/conv/mod.rs, nothing for the
    /// crate's root.
    pub(crate) fn module(&self) -> Vec<&str> {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let mut names: Vec<&str> = below.strip_suffix(".rs").unwrap_or(below).split('/').collect();
        if names.last() == Some(&"mod") || matches!(names[..], ["lib"]) {
            names.pop();
        }
        names
    }

    pub(crate) fn is_test(&self, word: usize) -> bool {
        self.tests.iter().any(|(start, end)| (*start..*end).contains(&word))
    }

    /// Module paths of files that this one declares for tests only: `#[cfg(test)] mod name;`.
    pub(crate) fn test_modules(&self) -> Vec<Vec<String>> {
        let declared = self.words.windows(3).enumerate().filter(|(at, words)| {
            words[0].text == "mod" && words[2].text == ";" && self.is_test(*at)
        });
        let below = |name: &str| {
            self.module().into_iter().chain([name]).map(str::to_owned).collect::<Vec<_>>()
        };
        declared.map(|(_, words)| below(&words[1].text)).collect()
    }

    /// Whether the words from `at` on are these.
    pub(crate) fn says(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(i, word)| self.word(at + i) == *word)
    }

    /// Paths behind `std::`.
    pub(crate) fn std_paths(&self) -> Vec<Written> {
        let starts = (0..self.words.len()).filter(|at| self.begins(*at, "std"));
        starts.flat_map(|at| self.members(at + 2, vec![])).collect()
    }

    /// Paths into the crate, through `crate::` or `super::`, from the crate's root.
    pub(crate) fn crate_paths(&self) -> Vec<Written> {
        let mut found = vec![];
        let mut inline = Inline::default();
        for at in 0..self.words.len() {
            inline.step(self, at);
            if self.begins(at, "crate") {
                found.extend(self.members(at + 2, vec![]));
            } else if self.begins(at, "super") {
                let supers = (0..).take_while(|i| self.says(at + 2 * i, &["super", "::"])).count();
                let module = self.module();
                let kept = (module.len() + inline.depth()).saturating_sub(supers);
                let prefix = module.iter().take(kept).map(|name| (*name).to_owned()).collect();
                // A path that stays among this file's own inline modules leads nowhere else.
                if kept < module.len() + usize::from(inline.depth() == 0) {
                    found.extend(self.members(at + 2 * supers, prefix));
                }
            }
        }
        found
    }

    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.text.as_str())
    }

    /// Whether a path begins at the word with this name.
    fn begins(&self, at: usize, name: &str) -> bool {
        self.says(at, &[name, "::"]) && (at == 0 || self.word(at - 1) != "::")
    }

    /// The paths that go on at the word: one, or one a member of a braced group.
    fn members(&self, at: usize, mut names: Vec<String>) -> Vec<Written> {
        let mut end = at;
        while is_name(self.word(end)) {
            if self.word(end) != "self" {
                names.push(self.word(end).to_owned());
            }
            if self.word(end + 1) != "::" {
                break;
            }
            end += 2;
        }
        if self.word(end) != "{" || (end != at && self.word(end - 1) != "::") {
            let place = at.min(self.words.len() - 1);
            return vec![Written { word: place, line: self.words[place].line, names }];
        }
        let mut found = vec![];
        let (mut depth, mut fresh) = (1, true);
        let mut at = end + 1;
        while depth > 0 && at < self.words.len() {
            match self.word(at) {
                "{" => depth += 1,
                "}" => depth -= 1,
                "," => fresh = depth == 1,
                _ if fresh && depth == 1 => {
                    found.extend(self.members(at, names.clone()));
                    fresh = false;
                }
                _ => {}
            }
            at += 1;
        }
        found
    }
}

/// How many inline modules (`mod name {`) enclose the present word.
#[derive(Default)]
struct Inline {
    braces: usize,
    opened: Vec<usize>,
}

impl Inline {
    fn step(&mut self, source: &Source, at: usize) {
        match source.word(at) {
            "{" => {
                if at >= 2 && source.word(at - 2) == "mod" {
                    self.opened.push(self.braces);
                }
                self.braces += 1;
            }
            "}" => {
                self.braces = self.braces.saturating_sub(1);
                if self.opened.last() == Some(&self.braces) {
                    self.opened.pop();
                }
            }
            _ => {}
        }
    }

    fn depth(&self) -> usize {
        self.opened.len()
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// From each `#[cfg(test)]` to the end of the item behind it; the whole file for `#![cfg(test)]`.
fn test_ranges(words: &[Word]) -> Vec<(usize, usize)> {
    let word = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let says = |at: usize, list: &[&str]| list.iter().enumerate().all(|(i, w)| word(at + i) == *w);
    let mut ranges = vec![];
    for at in 0..words.len() {
        if says(at, &["#", "!", "[", "cfg", "(", "test", ")", "]"]) {
            ranges.push((0, words.len()));
        }
        if says(at, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            let mut depth = 0_usize;
            let end = (at..words.len()).find(|i| {
                match word(*i) {
                    "{" => depth += 1,
                    "}" => depth = depth.saturating_sub(1),
                    _ => {}
                }
                depth == 0 && matches!(word(*i), ";" | "}")
            });
            ranges.push((at, end.map_or(words.len(), |end| end + 1)));
        }
    }
    ranges
}

/// Splits a text into the words of its code and the insides of its strings.
fn lex(text: &str) -> (Vec<Word>, Vec<Word>) {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, line: 1 };
    let (mut words, mut strings) = (vec![], vec![]);
    while let Some(c) = reader.peek(0) {
        let line = reader.line;
        if c == '/' && reader.peek(1) == Some('/') {
            reader.take_until(|reader| reader.peek(0) == Some('\n'));
        } else if c == '/' && reader.peek(1) == Some('*') {
            reader.block_comment();
        } else if let Some(inside) = reader.string() {
            strings.push(Word { line, text: inside });
        } else if c == '\'' {
            reader.quote();
        } else if c.is_alphanumeric() || c == '_' {
            let text = reader.take_until(|r| r.peek(0).is_none_or(|c| !is_of_word(c)));
            words.push(Word { line, text });
        } else if c == ':' && reader.peek(1) == Some(':') {
            reader.take(2);
            words.push(Word { line, text: "::".to_owned() });
        } else {
            reader.take(1);
            if !c.is_whitespace() {
                words.push(Word { line, text: c.to_string() });
            }
        }
    }
    (words, strings)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn take(&mut self, count: usize) -> String {
        let end = (self.at + count).min(self.chars.len());
        let taken: String = self.chars[self.at..end].iter().collect();
        self.line += taken.matches('\n').count();
        self.at = end;
        taken
    }

    fn take_until(&mut self, stop: impl Fn(&Self) -> bool) -> String {
        let mut taken = String::new();
        while self.peek(0).is_some() && !stop(self) {
            taken += &self.take(1);
        }
        taken
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0;
        while let Some(c) = self.peek(0) {
            match (c, self.peek(1)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => {
                    self.take(1);
                    continue;
                }
            }
            self.take(2);
            if depth == 0 {
                return;
            }
        }
    }

    /// Takes a string literal of any kind, if one begins here: `"`, `b"`, `c"`, `r"`, `br#"`.
    fn string(&mut self) -> Option<String> {
        let in_word = self.at > 0 && is_of_word(self.chars[self.at - 1]);
        let letters = if in_word {
            0
        } else {
            (0..2).take_while(|i| matches!(self.peek(*i), Some('b' | 'c' | 'r'))).count()
        };
        let raw = letters > 0 && self.peek(letters - 1) == Some('r');
        let hashes =
            if raw { (letters..).take_while(|i| self.peek(*i) == Some('#')).count() } else { 0 };
        if self.peek(letters + hashes) != Some('"') {
            return None;
        }
        self.take(letters + hashes + 1);
        let mut inside = String::new();
        while let Some(c) = self.peek(0) {
            if c == '\\' && !raw {
                inside += &self.take(2);
            } else if c == '"' && (1..=hashes).all(|i| self.peek(i) == Some('#')) {
                self.take(1 + hashes);
                break;
            } else {
                inside += &self.take(1);
            }
        }
        Some(inside)
    }

    /// A character literal is passed over whole; of a lifetime only the quote.
    fn quote(&mut self) {
        if self.peek(1) == Some('\\') {
            self.take(3);
            self.take_until(|reader| reader.peek(0) == Some('\''));
            self.take(1);
        } else {
            self.take(if self.peek(2) == Some('\'') { 3 } else { 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str, text: &str) -> Vec<String> {
        let paths = Source::new(path, text).crate_paths();
        paths.into_iter().map(|path| format!("{} {}", path.line, path.names.join("::"))).collect()
    }

    #[test]
    fn comments_strings_and_characters_are_no_code() {
        let text = "// crate::a\n/* crate::b /* */ crate::c */ let x = r#\"crate::\"d\"#; 'x' \
                    '\\'' \"crate::e\\\"\" b'\"' 'static crate::f";
        assert_eq!(names("src/gpu/mod.rs", text), ["2 f"]);
        let source = Source::new("src/gpu/mod.rs", text);
        let strings: Vec<&str> = source.strings.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(strings, ["crate::\"d", "crate::e\\\""]);
    }

    #[test]
    fn a_braced_group_gives_a_path_for_each_member() {
        let text = "use crate::{gpu::{self, pool::Pool}, tensor,\n ops::*};\npub(crate) fn f() {}";
        let expected = ["1 gpu", "1 gpu::pool::Pool", "1 tensor", "2 ops"];
        assert_eq!(names("src/nn/mod.rs", text), expected);
    }

    #[test]
    fn super_is_resolved_from_the_file_and_its_inline_modules() {
        assert_eq!(names("src/gpu/mod.rs", "use super::nn::Layer;"), ["1 nn::Layer"]);
        assert_eq!(names("src/gpu/pool.rs", "use super::ring::Ring;"), ["1 gpu::ring::Ring"]);
        assert_eq!(names("src/gpu/pool.rs", "use super::super::nn;"), ["1 nn"]);
        let tests = "fn f() { g(); }\nmod tests {\n use super::*;\n use super::super::ring;\n}\n";
        assert_eq!(names("src/gpu/pool.rs", tests), ["4 gpu::ring"]);
    }

    #[test]
    fn what_is_compiled_for_tests_alone_is_known() {
        let text =
            "fn a() {}\n#[cfg(test)]\nmod tests { fn b() {} }\n#[cfg(test)]\nmod slow;\nfn c() {}";
        let source = Source::new("src/gpu/pool.rs", text);
        let place = |name: &str| source.words.iter().position(|w| w.text == name).unwrap();
        assert!(source.is_test(place("b")) && !source.is_test(place("a")));
        assert!(!source.is_test(place("c")));
        assert_eq!(source.test_modules(), [["gpu", "pool", "slow"]]);
        let whole = Source::new("src/gpu/a.rs", "#![cfg(test)]\nfn a() {}");
        assert!(whole.is_test(whole.words.len() - 1));
    }
}
