//! Finding the few files of a data set among the names of a folder or archive, whatever folder
//! they lie in, as long as it is one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use super::container::Container;
use super::error::{DataError, Fault, Place};
use super::limits::Limits;

/// Called with role, place and content of a file.
type EachRole<'a> = dyn FnMut(usize, &Place, &mut dyn Read) -> Result<(), DataError> + 'a;

/// The last part of a path.
pub(super) fn base_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Names by role; a role is a number that a format gives to each of its files.
#[derive(Debug)]
pub(super) struct Roles(BTreeMap<usize, String>);

impl Roles {
    /// Sorts the names by role. Two files of one role, or files in different folders, are an
    /// error: it would be a guess which are meant.
    pub(super) fn find(
        container: &Container,
        names: &BTreeSet<String>,
        role: fn(&str) -> Option<usize>,
    ) -> Result<Self, DataError> {
        let mut roles = BTreeMap::new();
        let mut first: Option<&String> = None;
        for name in names {
            let Some(role) = role(name) else { continue };
            let folder = |name: &str| name.strip_suffix(base_name(name)).map(str::to_owned);
            let first = *first.get_or_insert(name);
            let taken = roles.insert(role, name.clone());
            if taken.is_some() || folder(first) != folder(name) {
                let place = container.place().entry(taken.as_ref().unwrap_or(first));
                return Err(place.error(Fault::Ambiguous { other: name.clone() }));
            }
        }
        Ok(Self(roles))
    }

    /// The file of a role.
    pub(super) fn name(&self, role: usize) -> Option<&str> {
        self.0.get(&role).map(String::as_str)
    }

    /// Roles that have a file, in order.
    pub(super) fn present(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.keys().copied()
    }

    /// Calls `each` with role, place and content of every file, in the container's order.
    pub(super) fn visit(
        &self,
        container: &Container,
        limits: &Limits,
        each: &mut EachRole<'_>,
    ) -> Result<(), DataError> {
        let roles: BTreeMap<&str, usize> = self.0.iter().map(|(r, n)| (n.as_str(), *r)).collect();
        container.visit(
            limits,
            &mut |name, _| Ok(roles.contains_key(name)),
            &mut |name, place, reader| match roles.get(name) {
                Some(&role) => each(role, place, reader),
                None => Ok(()),
            },
        )
    }
}
