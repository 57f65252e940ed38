"""What Kengai's speed and exactness are measured with. Nothing here is needed to use Kengai."""
