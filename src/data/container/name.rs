//! Names of files as they stand in folders and archives: what is refused, what is ignored.

use super::super::error::Fault;

/// Longest name accepted, in bytes.
pub(super) const MAX_NAME: u64 = 4096;

/// A relative path with `/` between its parts, without `.` parts. Nothing is ever written under
/// such a name; a path that tries to leave its archive is refused because nothing honest has one.
pub(super) fn checked(raw: &[u8]) -> Result<String, Fault> {
    let name = |why| Fault::Name { why };
    if raw.len() as u64 > MAX_NAME {
        return Err(name("is longer than 4096 bytes"));
    }
    let text = std::str::from_utf8(raw).map_err(|_| name("is not UTF-8"))?;
    if text.chars().any(char::is_control) {
        return Err(name("holds control characters"));
    }
    if text.contains('\\') {
        return Err(name("holds a backslash"));
    }
    if text.starts_with('/') || text.as_bytes().get(1) == Some(&b':') {
        return Err(name("is an absolute path"));
    }
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err(name("climbs out of the archive with `..`"));
    }
    if parts.is_empty() {
        return Err(name("is empty"));
    }
    Ok(parts.join("/"))
}

/// Files that systems leave beside the user's: `.DS_Store`, `._x`, `__MACOSX/`.
pub(super) fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn honest_names_are_kept_and_tidied() {
        assert_eq!(checked(b"./train//cat/1.jpg").unwrap(), "train/cat/1.jpg");
        assert_eq!(checked("train/Tür/1.jpg".as_bytes()).unwrap(), "train/Tür/1.jpg");
        assert_eq!(checked(b"a..b/c").unwrap(), "a..b/c");
    }

    #[test]
    fn names_that_no_honest_archive_has_are_refused() {
        let long = vec![b'a'; 5000];
        for raw in [
            &b"../x"[..],
            b"a/../../x",
            b"/etc/passwd",
            b"C:x",
            b"a\\b",
            b"a\0b",
            b"a\nb",
            b"\xff\xfe",
            b"",
            b"./",
            &long,
        ] {
            assert!(matches!(checked(raw), Err(Fault::Name { .. })), "{raw:?}");
        }
    }
}
