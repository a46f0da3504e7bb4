//! What every report must keep: balanced tags, no address of another place, no text from outside
//! that became markup.

/// Elements of HTML that have no end.
const VOID: [&str; 1] = ["meta"];

/// The first thing that is wrong with a page.
pub(crate) fn problem(page: &str) -> Option<String> {
    if let Some(at) =
        page.find("http").or_else(|| page.find("url(")).or_else(|| page.find("@import"))
    {
        return Some(format!("an address: {}", excerpt(page, at)));
    }
    for word in ["NaN", "inf\"", "-inf", "Infinity"] {
        if let Some(at) =
            page.find(&format!("=\"{word}")).or_else(|| page.find(&format!(",{word}")))
        {
            return Some(format!("a coordinate that is no number: {}", excerpt(page, at)));
        }
    }
    let page = page.strip_prefix("<!DOCTYPE html>")?;
    balance(page)
}

/// The first tag, attribute or entity that does not fit.
fn balance(page: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        if let Some(bad) = bad_text(&rest[..at]) {
            return Some(bad);
        }
        let Some(end) = rest[at..].find('>') else {
            return Some(format!("a tag without end: {}", excerpt(rest, at)));
        };
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Some(format!("</{name}> closes nothing: {}", excerpt(rest, 0)));
            }
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Some(format!("<{tag}> is no tag"));
        }
        if !tag.matches('"').count().is_multiple_of(2) {
            return Some(format!("<{tag}> has an open quote"));
        }
        // The style is not markup, and nothing from outside is in it.
        if name == "style" {
            rest = &rest[rest.find("</style>").unwrap_or(0)..];
        }
        if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
    }
    open.pop().map(|name| format!("<{name}> is never closed")).or_else(|| bad_text(rest))
}

fn bad_text(text: &str) -> Option<String> {
    let entity = |rest: &str| {
        ["lt;", "gt;", "amp;", "quot;", "#39;", "apos;"].iter().any(|known| rest.starts_with(known))
    };
    if text.contains('>') {
        return Some(format!("a bare >: {}", excerpt(text, 0)));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Some(format!("a control character: {text:?}"));
    }
    let bare = text.match_indices('&').find(|(at, _)| !entity(&text[at + 1..]));
    bare.map(|(at, _)| format!("a bare &: {}", excerpt(text, at)))
}

fn excerpt(text: &str, at: usize) -> String {
    text[at..].chars().take(80).collect()
}

#[test]
fn the_checker_finds_what_is_broken() {
    let page = |body: &str| format!("<!DOCTYPE html>{body}");
    assert_eq!(problem(&page("<p class=\"a\">x &lt; y<meta a=\"b\"></p>")), None);
    for broken in [
        "<p>",
        "</p>",
        "<p></b></p>",
        "<p",
        "<p>a > b</p>",
        "<p>a & b</p>",
        "<p a=\"></p>",
        "<p>http://x</p>",
        "<i x=\"NaN\"/>",
        "<p>\u{0}</p>",
        "<!-- -->",
    ] {
        assert!(problem(&page(broken)).is_some(), "{broken}");
    }
}
