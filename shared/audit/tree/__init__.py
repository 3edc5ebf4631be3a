"""Merkle trees and what is signed about them: tiles, notes, checkpoints, proofs."""
