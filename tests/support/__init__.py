"""What tests share: servers, worlds, walks, histories."""
