"""Why a limit ends then: the derivation, in Chinese and English."""
