"""The event chain: every act, append-only, each row sealed by the hash of the one before."""
