import Kubernetes

extension PortForwardStream: LabConnection {}
