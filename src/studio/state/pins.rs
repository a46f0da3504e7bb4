//! Pinned architectures: up to six of a run, each under a letter, to compare side by side and to
//! find again in the scatter.

use super::network::Network;
use crate::space::Architecture;

/// The letters, and so the most that can be pinned.
const LETTERS: [char; 6] = ['A', 'B', 'C', 'D', 'E', 'F'];

/// An architecture under its letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    /// 'A' to 'F'; it stays as long as the pin does.
    pub letter: char,
    /// The architecture with its costs.
    pub network: Network,
}

/// The pins of a run, in the order of their letters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pins(Vec<Pin>);

impl Pins {
    /// Pins an architecture under the first free letter; one that is pinned already stays.
    ///
    /// # Errors
    /// Where six are pinned: what to do, in one line.
    pub fn add(&mut self, network: Network) -> Result<(), String> {
        if self.letter(&network.architecture).is_some() {
            return Ok(());
        }
        let free = LETTERS.iter().find(|letter| self.0.iter().all(|pin| pin.letter != **letter));
        let Some(&letter) = free else {
            return Err("six networks are pinned: unpin one of them first".to_owned());
        };
        self.insert(letter, network);
        Ok(())
    }

    /// Pins an architecture under the letter that it had; one that is taken or unknown is left.
    pub fn restore(&mut self, letter: char, network: Network) {
        let free = self.0.iter().all(|pin| pin.letter != letter);
        if free && LETTERS.contains(&letter) && self.letter(&network.architecture).is_none() {
            self.insert(letter, network);
        }
    }

    fn insert(&mut self, letter: char, network: Network) {
        let place = self.0.partition_point(|pin| pin.letter < letter);
        self.0.insert(place, Pin { letter, network });
    }

    /// Takes a pin away.
    pub fn remove(&mut self, architecture: &Architecture) {
        self.0.retain(|pin| pin.network.architecture != *architecture);
    }

    /// The letter of an architecture that is pinned.
    pub fn letter(&self, architecture: &Architecture) -> Option<char> {
        self.iter().find(|pin| pin.network.architecture == *architecture).map(|pin| pin.letter)
    }

    /// The pins in the order of their letters.
    pub fn iter(&self) -> impl Iterator<Item = &Pin> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is pinned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether no letter is free.
    pub fn is_full(&self) -> bool {
        self.0.len() == LETTERS.len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::network::Source;
    use super::*;
    use crate::space::Space;

    fn network(kernels: &[u8]) -> Network {
        let space = Space::preset("tiny").unwrap();
        let architecture = Architecture::uniform(space.layers().len(), kernels).unwrap();
        Network::new(&space, architecture, Source::Picked).unwrap()
    }

    #[test]
    fn a_letter_stays_with_its_pin_and_a_free_one_is_given_again() {
        let mut pins = Pins::default();
        let all = [[3, 3], [3, 5], [3, 7], [5, 3], [5, 5], [5, 7], [7, 7]];
        let [first, second, third, .., last] = all.map(|kernels| network(&kernels));
        for kernels in &all[..6] {
            pins.add(network(kernels)).unwrap();
        }
        assert!(pins.is_full());
        assert!(pins.add(last.clone()).unwrap_err().contains("unpin"));
        pins.add(first.clone()).unwrap();
        assert_eq!(pins.len(), 6);
        pins.remove(&second.architecture);
        assert_eq!(pins.letter(&third.architecture), Some('C'));
        pins.add(last.clone()).unwrap();
        assert_eq!(pins.letter(&last.architecture), Some('B'));
        let letters: String = pins.iter().map(|pin| pin.letter).collect();
        assert_eq!(letters, "ABCDEF");
    }
}
