"""The system in containers, as docker-compose.yml ships it: started, used, hurt, removed."""
