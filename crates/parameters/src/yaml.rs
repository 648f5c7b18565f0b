//! The part of YAML that tables are written in: mappings of mappings of scalars.
//!
//! Values keep their exact text, so that no number passes through a float and no word becomes a
//! boolean by accident. Anchors, aliases, tags, lists and further documents are refused, and so is
//! a key that stands twice; the length of the text and the depth of mappings are bounded, so any
//! text is read in time and memory proportional to its length.

use crate::error::{ParametersError, SyntaxProblem};
use saphyr_parser::{Event, Parser, Span};
use std::collections::BTreeMap;
use std::fmt;

/// The longest text that is read, in bytes; several times the tables that ship.
pub const MAX_TABLE_BYTES: usize = 1 << 18;

/// Levels of mappings that the most deeply nested parameter needs: the table, the parameter, its
/// value, a fee's component.
const MAX_DEPTH: usize = 4;

/// A scalar, or a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Scalar(String),
    Map(BTreeMap<String, Node>),
}

impl Node {
    /// The text of a scalar.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match self {
            Node::Scalar(text) => Some(text),
            Node::Map(_) => None,
        }
    }

    /// The values of a mapping that has exactly these keys, in any order.
    pub(crate) fn fields<const N: usize>(&self, keys: [&str; N]) -> Option<[&Node; N]> {
        let Node::Map(entries) = self else { return None };
        if entries.len() != N {
            return None;
        }
        let found: Vec<&Node> = keys.iter().filter_map(|key| entries.get(*key)).collect();
        found.try_into().ok()
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Scalar(text) => write!(f, "`{text}`"),
            Node::Map(entries) => {
                f.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma} {key}: {value}")?;
                }
                f.write_str(" }")
            }
        }
    }
}

/// Reads the mapping that `text` is; an empty text is an empty mapping.
///
/// # Errors
/// [`ParametersError::Syntax`] naming `file` and the line.
pub(crate) fn read(file: &str, text: &str) -> Result<BTreeMap<String, Node>, ParametersError> {
    let refuse = |line, problem| ParametersError::Syntax { file: file.to_owned(), line, problem };
    if text.len() > MAX_TABLE_BYTES {
        let problem = SyntaxProblem::TooLong { bytes: text.len(), limit: MAX_TABLE_BYTES };
        return Err(refuse(1, problem));
    }
    for (index, line) in text.lines().enumerate() {
        if let Some(character) = line.chars().find(|c| !matches!(c, ' '..='~')) {
            return Err(refuse(index + 1, SyntaxProblem::Character { character }));
        }
    }
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let problem = SyntaxProblem::NotYaml { message: error.info().to_owned() };
            refuse(error.marker().line(), problem)
        })?;
        builder.take(event).map_err(|problem| refuse(line_of(span), problem))?;
    }
    Ok(builder.finished)
}

fn line_of(span: Span) -> usize {
    span.start.line()
}

/// Builds the tree from events, on a stack of its own rather than the machine's.
#[derive(Default)]
struct Builder {
    /// Mappings that have begun, outermost first, each with the key whose value comes next.
    open: Vec<(BTreeMap<String, Node>, Option<String>)>,
    /// The entries of the document, once it has ended.
    finished: BTreeMap<String, Node>,
    documents: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), SyntaxProblem> {
        let unsupported = |found| Err(SyntaxProblem::Unsupported { found });
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 { unsupported("a second document") } else { Ok(()) }
            }
            Event::Alias(_) => unsupported("an alias"),
            Event::SequenceStart(..) | Event::SequenceEnd => unsupported("a list"),
            Event::Scalar(_, _, anchor, tag) | Event::MappingStart(anchor, tag)
                if anchor != 0 || tag.is_some() =>
            {
                unsupported("an anchor or a tag")
            }
            Event::Scalar(text, ..) => self.scalar(text.into_owned()),
            Event::MappingStart(..) => self.begin(),
            Event::MappingEnd => self.end(),
        }
    }

    fn begin(&mut self) -> Result<(), SyntaxProblem> {
        if let Some((_, None)) = self.open.last() {
            return Err(SyntaxProblem::Unsupported { found: "a mapping as a key" });
        }
        if self.open.len() == MAX_DEPTH {
            return Err(SyntaxProblem::TooDeep { limit: MAX_DEPTH });
        }
        self.open.push((BTreeMap::new(), None));
        Ok(())
    }

    fn end(&mut self) -> Result<(), SyntaxProblem> {
        let Some((entries, _)) = self.open.pop() else { return Ok(()) };
        if self.open.is_empty() {
            self.finished = entries;
            return Ok(());
        }
        self.put(Node::Map(entries))
    }

    /// A scalar is a key where one is due, and otherwise the value of the key before it.
    fn scalar(&mut self, text: String) -> Result<(), SyntaxProblem> {
        match self.open.last_mut() {
            None if text.is_empty() => Ok(()),
            None => Err(SyntaxProblem::Unsupported { found: "a scalar without a key" }),
            Some((entries, key @ None)) => {
                if entries.contains_key(&text) {
                    return Err(SyntaxProblem::DuplicateKey { key: text });
                }
                *key = Some(text);
                Ok(())
            }
            Some(_) => self.put(Node::Scalar(text)),
        }
    }

    fn put(&mut self, node: Node) -> Result<(), SyntaxProblem> {
        let Some((entries, key)) = self.open.last_mut() else { return Ok(()) };
        match key.take() {
            Some(key) => {
                entries.insert(key, node);
                Ok(())
            }
            None => Err(SyntaxProblem::Unsupported { found: "a mapping as a key" }),
        }
    }
}
