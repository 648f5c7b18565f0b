//! The example of embedding comes to what `docs/embedding.md` says, and the code there is the example's.

#[path = "../examples/embedding.rs"]
mod example;

const DOCUMENT: &str = include_str!("../../../docs/embedding.md");
const EXAMPLE: &str = include_str!("../examples/embedding.rs");

/// The blocks of code of a language in the document.
fn blocks<'d>(language: &str) -> Vec<&'d str> {
    let begin = format!("```{language}\n");
    let after = DOCUMENT.split(begin.as_str()).skip(1);
    after.filter_map(|block| block.split_once("```").map(|(code, _)| code)).collect()
}

/// The lines of some code, however far they are indented.
fn lines(code: &str) -> Vec<&str> {
    code.lines().map(str::trim).collect()
}

#[test]
fn the_document_shows_what_the_example_prints() {
    let printed = example::report().expect("the example runs");
    let shown = blocks("console").concat();
    let shown: Vec<&str> = shown.lines().filter(|line| !line.starts_with("$ ")).collect();
    assert_eq!(printed, shown, "put this into docs/embedding.md:\n{}", printed.join("\n"));
    example::main().expect("it runs again");
}

#[test]
fn code_in_the_document_is_the_examples() {
    let example = lines(EXAMPLE);
    let code = blocks("rust");
    assert!(!code.is_empty(), "the document has no code");
    for block in code {
        let block = lines(block);
        let found = example.windows(block.len()).any(|window| window == block);
        assert!(found, "not in the example:\n{}", block.join("\n"));
    }
}
