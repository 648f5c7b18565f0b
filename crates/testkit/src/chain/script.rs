//! Programs for the `script` contract, which calls any host function that its input says.
//!
//! The contract is that of the vectors of state transitions (`conformance/apply/README.md` says how a
//! program is written); its text stands beside this file. Programs here do what contracts do to other
//! accounts: promises, callbacks, yields, batches of every action, and their own storage.

use super::choices::Choices;

/// The contract.
pub const SCRIPT: &[u8] = include_bytes!("script.wasm");

/// Where the contract puts its input.
const INPUT: u64 = 4096;
/// The register that results go to.
const REGISTER: u64 = 7;
/// The highest slot that programs use.
const SLOTS: u64 = 40;

/// An operand of an instruction.
#[derive(Clone, Debug)]
enum Operand {
    Constant(u64),
    Slot(u64),
    /// Where these bytes are.
    Place(Vec<u8>),
}

/// A program while it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    code: Vec<(u8, Vec<Operand>, Option<u8>)>,
    next_slot: u8,
}

/// Numbers of instructions, as in the table of the contract's text.
mod op {
    pub(super) const SHA256: u8 = 20;
    pub(super) const VALUE_RETURN: u8 = 22;
    pub(super) const LOG_UTF8: u8 = 25;
    pub(super) const PROMISE_AND: u8 = 28;
    pub(super) const BATCH_CREATE: u8 = 29;
    pub(super) const BATCH_THEN: u8 = 30;
    pub(super) const SET_REFUND_TO: u8 = 31;
    pub(super) const CREATE_ACCOUNT: u8 = 37;
    pub(super) const DEPLOY_CONTRACT: u8 = 38;
    pub(super) const DEPLOY_GLOBAL: u8 = 39;
    pub(super) const DEPLOY_GLOBAL_BY_ACCOUNT: u8 = 40;
    pub(super) const USE_GLOBAL_BY_ACCOUNT: u8 = 42;
    pub(super) const FUNCTION_CALL_WEIGHT: u8 = 44;
    pub(super) const TRANSFER: u8 = 45;
    pub(super) const STAKE: u8 = 46;
    pub(super) const ADD_FULL_KEY: u8 = 47;
    pub(super) const DELETE_KEY: u8 = 49;
    pub(super) const DELETE_ACCOUNT: u8 = 50;
    pub(super) const TRANSFER_TO_GAS_KEY: u8 = 51;
    pub(super) const ADD_GAS_KEY: u8 = 52;
    pub(super) const YIELD_CREATE: u8 = 54;
    pub(super) const YIELD_RESUME: u8 = 56;
    pub(super) const PROMISE_RESULT: u8 = 59;
    pub(super) const PROMISE_RETURN: u8 = 60;
    pub(super) const STORAGE_WRITE: u8 = 61;
    pub(super) const STORAGE_READ: u8 = 62;
    pub(super) const STORAGE_REMOVE: u8 = 63;
    pub(super) const STORE_64: u8 = 71;
    pub(super) const UNREACHABLE: u8 = 73;
    pub(super) const BURN: u8 = 74;
}

/// What programs may name.
pub(super) struct Names<'n> {
    /// Accounts.
    pub(super) accounts: &'n [String],
    /// Public keys, encoded.
    pub(super) keys: &'n [Vec<u8>],
    /// Short contracts.
    pub(super) codes: &'n [Vec<u8>],
}

/// A random program; calls that it makes are given programs as well, to a depth of `depth`.
pub(super) fn random(numbers: &mut Choices, names: &Names<'_>, depth: u64) -> Vec<u8> {
    let mut program = Program::default();
    let mut promises = Vec::new();
    for _ in 0..=numbers.below(5) {
        match numbers.below(12) {
            0..=2 => program.store(numbers),
            3 => {
                let length = numbers.below(3) * 150;
                program.of_bytes(op::LOG_UTF8, vec![b'x'; length as usize], &[]);
            }
            4 => {
                let bytes = numbers.below(300) as usize;
                program.of_bytes(op::SHA256, vec![1; bytes], &[REGISTER]);
            }
            5 => program.push(op::BURN, vec![Operand::Constant(1 + numbers.below(200_000))], None),
            6 => {
                let operands = vec![Operand::Constant(0), Operand::Constant(REGISTER)];
                program.put(op::PROMISE_RESULT, operands);
            }
            7 => program.yields(numbers, names, depth),
            8 if numbers.below(3) == 0 => program.push(op::UNREACHABLE, Vec::new(), None),
            _ => promises.push(program.promise(numbers, names, &promises, depth)),
        }
    }
    match promises.last() {
        Some(&promise) if numbers.below(2) == 0 => {
            program.push(op::PROMISE_RETURN, vec![Operand::Slot(u64::from(promise))], None);
        }
        _ if numbers.below(2) == 0 => {
            program.of_bytes(op::VALUE_RETURN, b"a value".to_vec(), &[]);
        }
        _ => {}
    }
    program.finish()
}

impl Program {
    fn push(&mut self, opcode: u8, operands: Vec<Operand>, result: Option<u8>) {
        self.code.push((opcode, operands, result));
    }

    /// An instruction with a result; the slot it is in.
    fn put(&mut self, opcode: u8, operands: Vec<Operand>) -> u8 {
        let slot = self.next_slot;
        self.next_slot = (slot + 1) % SLOTS as u8;
        self.push(opcode, operands, Some(slot));
        slot
    }

    /// An instruction on bytes and then on numbers.
    fn of_bytes(&mut self, opcode: u8, bytes: Vec<u8>, then: &[u64]) {
        let mut operands = string(bytes);
        operands.extend(then.iter().copied().map(Operand::Constant));
        self.push(opcode, operands, None);
    }

    /// Writes, reads or removes one of a few keys.
    fn store(&mut self, numbers: &mut Choices) {
        let key = vec![b'k'; 1 + numbers.below(6) as usize];
        let mut operands = string(key);
        match numbers.below(5) {
            0 => {
                operands.push(Operand::Constant(REGISTER));
                self.put(op::STORAGE_READ, operands);
            }
            1 => {
                operands.push(Operand::Constant(REGISTER));
                self.put(op::STORAGE_REMOVE, operands);
            }
            _ => {
                let length = numbers.below(4) * 70;
                operands.extend(string(vec![numbers.below(256) as u8; length as usize]));
                operands.push(Operand::Constant(REGISTER));
                self.put(op::STORAGE_WRITE, operands);
            }
        }
    }

    /// Yields, and mostly resumes at once.
    fn yields(&mut self, numbers: &mut Choices, names: &Names<'_>, depth: u64) {
        let mut operands = string(b"call_a".to_vec());
        operands.extend(string(nested(numbers, names, depth)));
        let gas = numbers.below(20) * 1_000_000_000_000;
        operands.extend([gas, numbers.below(2), REGISTER].map(Operand::Constant));
        self.put(op::YIELD_CREATE, operands);
        if numbers.below(3) > 0 {
            // A length of u64::MAX says that the data id is in a register.
            let mut operands = vec![Operand::Constant(u64::MAX), Operand::Constant(REGISTER)];
            operands.extend(string(b"resumed".to_vec()));
            self.put(op::YIELD_RESUME, operands);
        }
    }

    /// A batch, on its own or after another; the slot of its number.
    fn promise(
        &mut self,
        numbers: &mut Choices,
        names: &Names<'_>,
        before: &[u8],
        depth: u64,
    ) -> u8 {
        let account = string(choose(numbers, names.accounts).clone().into_bytes());
        let slot = match before {
            [] => self.put(op::BATCH_CREATE, account),
            _ if numbers.below(2) == 0 => self.put(op::BATCH_CREATE, account),
            [.., one, other] if numbers.below(3) == 0 => {
                // The contract joins what 16 bytes say: the numbers of two promises, from their slots.
                let joined = self.join(*one, *other);
                let mut operands = vec![Operand::Slot(u64::from(joined))];
                operands.extend(account);
                self.put(op::BATCH_THEN, operands)
            }
            [.., last] => {
                let mut operands = vec![Operand::Slot(u64::from(*last))];
                operands.extend(account);
                self.put(op::BATCH_THEN, operands)
            }
        };
        if numbers.below(4) == 0 {
            let mut operands = vec![Operand::Slot(u64::from(slot))];
            operands.extend(string(choose(numbers, names.accounts).clone().into_bytes()));
            self.push(op::SET_REFUND_TO, operands, None);
        }
        for _ in 0..=numbers.below(3) {
            self.action(slot, numbers, names, depth);
        }
        slot
    }

    /// The promise that waits for both.
    fn join(&mut self, one: u8, other: u8) -> u8 {
        let at = 8 * (SLOTS + 8);
        for (index, slot) in [one, other].into_iter().enumerate() {
            let place = Operand::Constant(at + 8 * index as u64);
            self.push(op::STORE_64, vec![place, Operand::Slot(u64::from(slot))], None);
        }
        self.put(op::PROMISE_AND, vec![Operand::Constant(at), Operand::Constant(2)])
    }

    /// An action of any kind in a batch.
    fn action(&mut self, slot: u8, numbers: &mut Choices, names: &Names<'_>, depth: u64) {
        let mut operands = vec![Operand::Slot(u64::from(slot))];
        let key = choose(numbers, names.keys).clone();
        let amount = Operand::Place(amount(numbers).to_le_bytes().to_vec());
        let opcode = match numbers.below(20) {
            0 => op::CREATE_ACCOUNT,
            1 => {
                operands.extend(string(choose(numbers, names.codes).clone()));
                op::DEPLOY_CONTRACT
            }
            2 => {
                operands.extend(string(choose(numbers, names.codes).clone()));
                if numbers.below(2) == 0 { op::DEPLOY_GLOBAL } else { op::DEPLOY_GLOBAL_BY_ACCOUNT }
            }
            3 => {
                operands.extend(string(choose(numbers, names.accounts).clone().into_bytes()));
                op::USE_GLOBAL_BY_ACCOUNT
            }
            4 => {
                operands.push(amount);
                operands.extend(string(key));
                op::STAKE
            }
            5 => {
                operands.extend(string(key));
                operands.push(Operand::Constant(0));
                op::ADD_FULL_KEY
            }
            6 => {
                operands.extend(string(key));
                op::DELETE_KEY
            }
            7 if numbers.below(2) == 0 => {
                operands.extend(string(choose(numbers, names.accounts).clone().into_bytes()));
                op::DELETE_ACCOUNT
            }
            8 | 9 => {
                operands.extend(string(key));
                operands.push(amount);
                op::TRANSFER_TO_GAS_KEY
            }
            10 => {
                operands.extend(string(key));
                operands.push(Operand::Constant(1 + numbers.below(3)));
                op::ADD_GAS_KEY
            }
            11..=13 => {
                operands.push(amount);
                op::TRANSFER
            }
            _ => {
                let method: &[u8] =
                    [b"run".as_slice(), b"call_a", b"noop", b"trap"][numbers.below(4) as usize];
                operands.extend(string(method.to_vec()));
                operands.extend(string(nested(numbers, names, depth)));
                operands.push(amount);
                let gas = numbers.below(15) * 1_000_000_000_000;
                operands.extend([gas, numbers.below(3)].map(Operand::Constant));
                op::FUNCTION_CALL_WEIGHT
            }
        };
        self.push(opcode, operands, None);
    }

    /// The program in bytes, with what it refers to behind it.
    fn finish(self) -> Vec<u8> {
        let length: usize = self
            .code
            .iter()
            .map(|(_, operands, result)| 1 + 9 * operands.len() + usize::from(result.is_some()))
            .sum();
        let (mut code, mut data) = (Vec::with_capacity(length + 1), Vec::new());
        for (opcode, operands, result) in self.code {
            code.push(opcode);
            for operand in operands {
                let (tag, number) = match operand {
                    Operand::Constant(number) => (0, number),
                    Operand::Slot(slot) => (1, slot),
                    Operand::Place(bytes) => {
                        let place = INPUT + (length + 1 + data.len()) as u64;
                        data.extend(bytes);
                        (0, place)
                    }
                };
                code.push(tag);
                code.extend(number.to_le_bytes());
            }
            code.extend(result);
        }
        code.push(0);
        code.extend(data);
        code
    }
}

fn string(bytes: Vec<u8>) -> Vec<Operand> {
    vec![Operand::Constant(bytes.len() as u64), Operand::Place(bytes)]
}

fn nested(numbers: &mut Choices, names: &Names<'_>, depth: u64) -> Vec<u8> {
    match depth {
        0 => vec![0],
        _ => random(numbers, names, depth - 1),
    }
}

/// Tokens that a contract may send: none, one yoctoNEAR, little, or more than it has.
fn amount(numbers: &mut Choices) -> u128 {
    match numbers.below(12) {
        0 => 1,
        1 => 10_u128.pow(30),
        2..=6 => u128::from(numbers.below(1_000_000_000)) * 1_000_000_000_000,
        _ => 0,
    }
}

/// One of `choices`, of which there is at least one.
pub(super) fn choose<'c, T>(numbers: &mut Choices, choices: &'c [T]) -> &'c T {
    &choices[numbers.below(choices.len() as u64) as usize]
}

#[cfg(test)]
mod tests {
    use super::SCRIPT;

    #[test]
    fn the_contract_is_what_its_text_says() {
        assert_eq!(SCRIPT, wat::parse_str(include_str!("script.wat")).unwrap());
    }
}
